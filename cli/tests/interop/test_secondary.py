"""Secondary-key dictionaries, both ways."""

import json

import pytest

import peer
import rows
from tool import LAYOUTS, NATIVE, entry, lines

NAMES = ("tenant", "user")


def entries(kind):
    """(key, {name: value}, value), some secondary values empty, the same key under several tenants."""
    taken = rows.rows("cities", kind, 1500)
    return [
        (key, {"tenant": f"t{number % 3}", "user": "" if number % 5 == 0 else f"über{number % 40}"}, value)
        for number, (key, value) in enumerate(taken)
    ] + [(key, {"tenant": "", "user": ""}, value) for key, value in taken[:200]]


def groups(kind):
    """{(tenant, user): {key: value}}"""
    found = {}
    for key, secondary, value in entries(kind):
        found.setdefault(tuple(secondary.values()), {})[key] = rows.held(kind, value)
    return found


def write_input(kind, folder):
    """JSON lines with a secondary member."""
    path = folder / "secondary.jsonl"
    with open(path, "wb") as stream:
        for key, secondary, value in entries(kind):
            text = value.decode() if kind == "json" else json.dumps(value.decode() if kind == "string" else value)
            named = json.dumps({"key": key.decode(), "secondary": secondary}, ensure_ascii=False)[:-1]
            stream.write((named + ("}\n" if kind == "key-only" else f',"value":{text}}}\n')).encode())
    return path


def options(kind):
    return {"vector_size": str(rows.VECTOR_SIZE)} if kind == "float-vector" else {}


def secondary_values(tenant, user):
    """As keyvi takes them: some of its methods encode text as ASCII, so bytes."""
    return {"tenant": tenant.encode(), "user": user.encode()}


def scanned(keyfold, kind, file, tenant, user):
    """What `scan` shows for one pair of secondary values."""
    named = ["--secondary", f"tenant={tenant}", "--secondary", f"user={user}"]
    return dict(entry(kind, line) for line in lines(keyfold.run("scan", file, *named).stdout))


@pytest.mark.parametrize("kind", rows.KINDS)
def test_keyvi_reads_ours(keyfold, tmp_path, kind):
    file = keyfold.build(
        kind, write_input(kind, tmp_path), tmp_path / "ours.kv", options(kind), "--secondary", ",".join(NAMES)
    )
    dictionary = peer.open_secondary(file)
    assert len(dictionary) == len(entries(kind))
    for pair, expected in groups(kind).items():
        named = secondary_values(*pair)
        assert {key.encode() for key in dictionary.keys(named)} == set(expected)
        for key, value in expected.items():
            assert peer.value(kind, dictionary.get(key, named)) == value
    assert dictionary.get(entries(kind)[0][0], {"tenant": "nobody", "user": ""}) is None
    assert not dictionary.contains("no such place", {"tenant": "t1", "user": ""})


@pytest.mark.parametrize("kind", rows.KINDS)
def test_keyfold_reads_theirs(keyfold, tmp_path, kind):
    file = peer.compile_secondary(kind, NAMES, entries(kind), tmp_path / "theirs.kv", options(kind))
    for (tenant, user), expected in list(groups(kind).items())[::8]:
        assert scanned(keyfold, kind, file, tenant, user) == expected
    assert "structure only" in keyfold.verify(file)


def test_get_and_misses(keyfold, tmp_path):
    file = peer.compile_secondary("string", NAMES, entries("string"), tmp_path / "theirs.kv")
    key, secondary, value = entries("string")[7]
    named = [argument for name, text in secondary.items() for argument in ("--secondary", f"{name}={text}")]
    assert keyfold.run("get", file, key.decode(), *named).stdout == key + b"\t" + value + b"\n"
    keyfold.run("get", file, key.decode(), "--secondary", "tenant=nobody", "--secondary", "user=", code=1)
    assert scanned(keyfold, "string", file, "nobody", "") == {}


@pytest.mark.parametrize("kind", rows.KINDS)
@pytest.mark.parametrize("layout", NATIVE)
def test_native_files_hold_what_keyvi_reads(keyfold, tmp_path, kind, layout):
    source = write_input(kind, tmp_path)
    named = ["--secondary", ",".join(NAMES)]
    native = keyfold.build(kind, source, tmp_path / "ours.kf", options(kind), *named, layout=layout)
    for (tenant, user), expected in list(groups(kind).items())[::8]:
        assert scanned(keyfold, kind, native, tenant, user) == expected
    assert scanned(keyfold, kind, native, "nobody", "") == {}
    assert "checksums agree" in keyfold.verify(native)
    theirs = peer.compile_secondary(kind, NAMES, entries(kind), tmp_path / "theirs.kv", options(kind))
    assert keyfold.run("dump", native).stdout == keyfold.run("dump", theirs).stdout
    # Made a keyvi file, and one of keyvi's made a native one.
    dictionary = peer.open_secondary(keyfold.convert(native, tmp_path / "back.kv", "keyvi"))
    for pair, expected in groups(kind).items():
        for key, value in expected.items():
            assert peer.value(kind, dictionary.get(key, secondary_values(*pair))) == value
    there = keyfold.convert(theirs, tmp_path / "there.kf", layout)
    assert keyfold.run("dump", there).stdout == keyfold.run("dump", native).stdout


@pytest.mark.parametrize("kind", rows.KINDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_dump_compiles_again(keyfold, tmp_path, kind, layout):
    file = peer.compile_secondary(kind, NAMES, entries(kind), tmp_path / "theirs.kv", options(kind))
    text = keyfold.run("dump", file).stdout
    source = tmp_path / "dump"
    source.write_bytes(text)
    named = ["--secondary", ",".join(NAMES)]
    again = keyfold.build(kind, source, tmp_path / "again.kv", options(kind), *named, layout=layout)
    assert keyfold.run("dump", again).stdout == text
    if layout in NATIVE:
        return
    dictionary = peer.open_secondary(again)
    for pair, expected in groups(kind).items():
        assert {key.encode() for key in dictionary.keys(secondary_values(*pair))} == set(expected)


def test_completions_below_secondary_keys(keyfold, tmp_path):
    source = write_input("completion", tmp_path)
    ours = peer.open_secondary(
        keyfold.build("completion", source, tmp_path / "ours.kv", None, "--secondary", ",".join(NAMES))
    )
    theirs = peer.open_secondary(
        peer.compile_secondary("completion", NAMES, entries("completion"), tmp_path / "theirs.kv")
    )
    for pair in groups("completion"):
        named = secondary_values(*pair)
        for query in ("", "S", "Ba"):
            hits = [
                [(match.matched_string, match.value, match.weight) for match in dictionary.complete_prefix(query, named)]
                for dictionary in (ours, theirs)
            ]
            assert hits[0] == hits[1]
