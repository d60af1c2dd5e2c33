"""Files of both makers and all layouts merged, by either, read by the other."""

import msgpack
import pytest

import peer
import rows
from conftest import options_for
from tool import LAYOUTS, NATIVE

MIXED = tuple((kind, compression) for kind, compression in rows.MATRIX if compression in ("none", "zstd"))


@pytest.fixture
def parts(keyfold, tmp_path):
    """parts(kind, compression, makers): overlapping dictionaries by these makers, and their union, the newest winning."""

    def make(kind, compression, makers):
        entries = rows.rows("cities", kind, 9000)
        files, union = [], {}
        for number, maker in enumerate(makers):
            path = tmp_path / f"part-{number}.kv"
            taken = list(entries[number * 2000 : number * 2000 + 4000])
            if number:
                # Some keys of the part before, with other values.
                others = [value for _, value in entries[:1000]]
                taken[:1000] = [(key, value) for (key, _), value in zip(taken[:1000], others, strict=True)]
            options = options_for(kind, compression)
            if maker == "keyvi":
                peer.compile(kind, taken, path, options)
            else:
                layout = "keyvi" if maker == "keyfold" else maker
                keyfold.compile(kind, taken, path, options, layout=layout)
            files.append(path)
            union |= {key: rows.held(kind, value) for key, value in taken}
        return files, union

    return make


@pytest.mark.parametrize(("kind", "compression"), MIXED)
@pytest.mark.parametrize("flags", [(), ("--append",)], ids=["plain", "append"])
def test_keyfold_merges_files_of_both(keyfold, parts, tmp_path, kind, compression, flags):
    files, union = parts(kind, compression, ["keyfold", "keyvi", "keyfold"])
    merged = keyfold.merge(files, tmp_path / "merged.kv", *flags)
    assert peer.contents(kind, merged) == union
    assert keyfold.dump(kind, merged) == union
    keyfold.verify(merged)


@pytest.mark.parametrize(("kind", "compression"), MIXED)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_keyfold_merges_files_of_all_layouts(keyfold, parts, tmp_path, kind, compression, layout):
    files, union = parts(kind, compression, ["keyvi", *NATIVE])
    flags = LAYOUTS[layout] or ("--format", "native")
    merged = keyfold.merge(files, tmp_path / "merged.kf", *flags)
    assert keyfold.dump(kind, merged) == union
    assert "checksums agree" in keyfold.verify(merged)
    if layout == "keyvi":
        assert peer.contents(kind, merged) == union


@pytest.mark.parametrize(("kind", "compression"), MIXED)
@pytest.mark.parametrize("layout", NATIVE)
def test_keyvis_files_go_there_and_back(keyfold, parts, tmp_path, kind, compression, layout):
    files, union = parts(kind, compression, ["keyvi", "keyvi"])
    there = keyfold.merge(files, tmp_path / "there.kf", *(LAYOUTS[layout] or ("--format", "native")))
    assert keyfold.dump(kind, there) == union
    back = keyfold.convert(there, tmp_path / "back.kv", "keyvi")
    assert peer.contents(kind, back) == union
    straight = keyfold.merge(files, tmp_path / "straight.kv")
    assert peer.evidence(kind, back) == peer.evidence(kind, straight)
    if kind in peer.MERGED_KINDS:
        # And keyvi goes on with it.
        options = {"memory_limit_mb": "50"}
        ours, theirs = (
            peer.merge(kind, [files[0], file, files[1]], tmp_path / f"again-{file.name}", options)
            for file in (back, straight)
        )
        assert peer.evidence(kind, ours) == peer.evidence(kind, theirs)


@pytest.mark.parametrize(("kind", "compression"), [row for row in MIXED if row[0] in peer.MERGED_KINDS])
@pytest.mark.parametrize("mode", ["plain", "append"])
def test_keyvi_merges_files_of_both(keyfold, parts, tmp_path, kind, compression, mode):
    files, union = parts(kind, compression, ["keyfold", "keyvi", "keyfold"])
    options = {"memory_limit_mb": "50"} | ({"merge_mode": "append"} if mode == "append" else {})
    merged = peer.merge(kind, files, tmp_path / "merged.kv", options)
    assert keyfold.dump(kind, merged) == union
    assert "structure only" in keyfold.verify(merged)


@pytest.mark.parametrize(("kind", "compression"), [row for row in MIXED if row[0] in peer.MERGED_KINDS])
def test_both_merges_hold_the_same(keyfold, parts, tmp_path, kind, compression):
    files, _ = parts(kind, compression, ["keyfold", "keyfold"])
    ours = keyfold.merge(files, tmp_path / "ours.kv")
    theirs = peer.merge(kind, files, tmp_path / "theirs.kv", {"memory_limit_mb": "50"})
    assert peer.evidence(kind, ours) == peer.evidence(kind, theirs)
    versions = [peer.open(file).statistics()["General"]["version"] for file in (ours, theirs)]
    assert versions[0] == versions[1]


@pytest.mark.parametrize("kind", peer.MERGED_KINDS)
def test_merge_equals_compiling_the_union(keyfold, parts, tmp_path, kind):
    files, _ = parts(kind, "none", ["keyvi", "keyfold"])
    merged = keyfold.merge(files, tmp_path / "merged.kv")
    union = {}
    for number, file in enumerate(files):
        union |= {key: value for key, *value in peer.evidence(kind, file)}
    assert peer.evidence(kind, merged) == [(key, *value) for key, value in sorted(union.items())]


def test_values_of_native_files_are_not_appended(keyfold, parts, tmp_path):
    files, _ = parts("json", "none", ["keyvi", "fast"])
    done = keyfold.run("merge", "--append", "-o", tmp_path / "merged.kf", *files, code=2)
    assert b"the values of native files cannot be copied whole" in done.stderr
    assert not (tmp_path / "merged.kf").exists()


@pytest.mark.parametrize("layout", NATIVE)
def test_delete_lists_of_native_files_are_honoured(keyfold, parts, tmp_path, layout):
    files, union = parts("json", "none", ["keyvi", layout])
    old, new = (set(keyfold.dump("json", file)) for file in files)
    gone = sorted(old - new)[:300], sorted(new)[:300]
    for file, keys in zip(files, gone, strict=True):
        file.with_name(f"{file.name}.dk").write_bytes(msgpack.packb([key.decode() for key in keys]))
    merged = keyfold.merge(files, tmp_path / "merged.kf")
    left = {key: value for key, value in union.items() if key not in {*gone[0], *gone[1]}}
    assert keyfold.dump("json", merged) == left
    assert peer.contents("json", keyfold.merge(files, tmp_path / "keyvi.kv", "--format", "keyvi")) == left


@pytest.mark.parametrize("flags", [(), ("--append",)], ids=["plain", "append"])
def test_delete_lists_are_honoured(keyfold, parts, tmp_path, flags):
    files, union = parts("json", "snappy", ["keyvi", "keyfold"])
    old, new = (set(peer.contents("json", file)) for file in files)
    gone = sorted(old - new)[:300] + sorted(new)[:300]
    (tmp_path / "part-0.kv.dk").write_bytes(msgpack.packb([key.decode() for key in sorted(old - new)[:300]]))
    (tmp_path / "part-1.kv.dk").write_bytes(msgpack.packb(sorted(new)[:300]))
    merged = keyfold.merge(files, tmp_path / "merged.kv", *flags)
    assert peer.contents("json", merged) == {key: value for key, value in union.items() if key not in gone}
    theirs = peer.merge("json", files, tmp_path / "theirs.kv", {"memory_limit_mb": "50"})
    assert keyfold.dump("json", theirs) == keyfold.dump("json", merged)


def test_a_key_set_again_does_not_bring_others_back(keyfold, tmp_path):
    old = keyfold.compile("json", [(key, b'"old"') for key in (b"k", b"m", b"z")], tmp_path / "old.kv")
    new = keyfold.compile("json", [(b"k", b'"new"')], tmp_path / "new.kv")
    (tmp_path / "old.kv.dk").write_bytes(msgpack.packb(["k", "m"]))
    assert peer.contents("json", keyfold.merge([old, new], tmp_path / "merged.kv")) == {b"k": "new", b"z": "old"}


def test_empty_inputs_and_manifest(keyfold, tmp_path):
    empty = peer.compile("int", [], tmp_path / "empty.kv")
    filled = keyfold.compile("int", [(b"a", 1)], tmp_path / "filled.kv", None, "--manifest", "not inherited")
    plain = keyfold.merge([empty, filled], tmp_path / "plain.kv")
    named = keyfold.merge([filled, empty], tmp_path / "named.kv", "--manifest", "ours")
    assert peer.contents("int", plain) == peer.contents("int", named) == {b"a": 1}
    assert peer.open(plain).manifest() == ""
    assert peer.open(named).manifest() == "ours"


def test_kinds_do_not_mix(built, keyfold, tmp_path):
    files = [built("keyvi", "words", "int"), built("keyfold", "words", "string")]
    done = keyfold.run("merge", "-o", tmp_path / "merged.kv", *files, code=2)
    assert done.stderr.startswith(b"error: ")
    assert not (tmp_path / "merged.kv").exists()
