"""What keyfold compiles, keyvi reads."""

import gzip

import pytest

import peer
import rows
from conftest import MANIFEST, options_for
from tool import LAYOUTS, NATIVE

ABSENT = [b"", b"\x00", b"\x01", b"\xff", b"zzzzzzzzzz", b"A" * 300, b"http", "Zürich, ZH".encode()]


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
def test_keyvi_reads_every_entry(built, name, kind, compression):
    file = built("keyfold", name, kind, compression)
    assert peer.contents(kind, file) == rows.contents(name, kind)


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
def test_keyvi_sees_no_difference_to_its_own_file(built, name, kind, compression):
    ours = built("keyfold", name, kind, compression)
    theirs = built("keyvi", name, kind, compression)
    assert peer.evidence(kind, ours) == peer.evidence(kind, theirs)
    ours, theirs = peer.open(ours), peer.open(theirs)
    assert ours.manifest() == theirs.manifest() == MANIFEST
    for member in ("version", "number_of_keys", "value_store_type"):
        assert ours.statistics()["General"][member] == theirs.statistics()["General"][member]
    assert ours.statistics()["Value Store"].get("__compression") == theirs.statistics()["Value Store"].get("__compression")


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize("kind", rows.KINDS)
def test_missing_keys_stay_missing(built, name, kind):
    dictionary = peer.open(built("keyfold", name, kind))
    stored = rows.contents(name, kind)
    near = {key[:-1] for key in list(stored)[:2000]} | {key + b"\x01" for key in list(stored)[:2000]}
    for key in [*ABSENT, *(bytes([first, second]) for first in range(256) for second in (0, 1, 255)), *near]:
        if key not in stored:
            assert key not in dictionary
            assert dictionary.get(key) is None, f"ghost match for {key!r}"


@pytest.mark.parametrize("kind", rows.KINDS)
def test_empty_dictionary(keyfold, tmp_path, kind):
    file = keyfold.compile(kind, [], tmp_path / "empty.kv")
    dictionary = peer.open(file)
    assert len(dictionary) == 0
    assert list(peer.matches(dictionary)) == []
    assert dictionary.get("a") is None


@pytest.mark.parametrize("kind", rows.KINDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_input_that_comes_sorted_makes_the_same_dictionary(built, keyfold, tmp_path, kind, layout):
    entries = sorted(rows.rows("cities", kind), key=lambda row: row[0])
    file = keyfold.compile(kind, entries, tmp_path / "sorted.kv", options_for(kind, "none"), "--sorted", layout=layout)
    assert keyfold.run("dump", file).stdout == keyfold.run("dump", built("keyvi", "cities", kind)).stdout


@pytest.mark.parametrize("order", ["sorted", "reversed"])
def test_input_order_leaves_the_file_as_it_is(built, keyfold, tmp_path, order):
    entries = sorted(rows.rows("words", "int"), reverse=order == "reversed")
    flags = ["--sorted"] if order == "sorted" else []
    file = keyfold.compile(
        "int", entries, tmp_path / "ordered.kv", options_for("int", "none"), "--manifest", MANIFEST, *flags
    )
    assert peer.contents("int", file) == rows.contents("words", "int")
    assert file.read_bytes() == built("keyfold", "words", "int").read_bytes()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_spilling_to_disk(keyfold, tmp_path, layout):
    entries = rows.rows("cities", "json", 60_000)
    options = {"memory_limit_mb": "5", "temporary_path": str(tmp_path), "compression": "snappy"}
    file = keyfold.compile("json", entries, tmp_path / "spilled.kv", options, layout=layout)
    found = peer.contents("json", file) if layout == "keyvi" else keyfold.dump("json", file)
    assert found == rows.contents("cities", "json", 60_000)
    assert [path.name for path in tmp_path.iterdir()] == ["spilled.kv"], "temporary files are left behind"


def test_last_of_repeated_keys_wins(keyfold, tmp_path):
    entries = [(key, number) for number in range(3) for key, _ in rows.texts("words", 500)]
    file = keyfold.compile("int", entries, tmp_path / "repeated.kv")
    assert set(peer.contents("int", file).values()) == {2}
    assert len(peer.open(file)) == 500


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("minimization", ["on", "off"])
def test_options_of_values(keyfold, tmp_path, precision, minimization):
    entries = rows.rows("cities", "json", 3000)
    options = {"floating_point_precision": precision, "minimization": minimization, "compression": "zlib",
               "compression_threshold": "100"}
    ours = keyfold.compile("json", entries, tmp_path / "ours.kv", options)
    theirs = peer.compile("json", entries, tmp_path / "theirs.kv", options)
    assert peer.evidence("json", ours) == peer.evidence("json", theirs)
    keys = [key for key, _ in entries]
    for layout in NATIVE:
        native = keyfold.compile("json", entries, tmp_path / f"{layout}.kf", options, layout=layout)
        assert keyfold.get(native, keys, "--raw") == keyfold.get(theirs, keys, "--raw")


@pytest.mark.parametrize("form", ["tsv.gz", "tsv.zst", "jsonl", "jsonl.gz"])
def test_forms_of_input(keyfold, tmp_path, form):
    plain = keyfold.write_rows("string", rows.rows("names", "string", 2000), lined="jsonl" in form).read_bytes()
    source = tmp_path / f"input.{form}"
    source.write_bytes(gzip.compress(plain) if form.endswith("gz") else zstd(plain) if form.endswith("zst") else plain)
    file = keyfold.build("string", source, tmp_path / "names.kv")
    assert peer.contents("string", file) == rows.contents("names", "string", 2000)


def zstd(data):
    """A zstd frame of uncompressed blocks: valid, and made without a library."""
    blocks = [data[start : start + 65536] for start in range(0, len(data), 65536)]
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little")
    for number, block in enumerate(blocks, 1):
        frame += ((len(block) << 3) | (number == len(blocks))).to_bytes(3, "little") + block
    return frame
