"""What keyvi compiles, keyfold reads; and native files hold the same as keyvi's."""

import json

import pytest

import peer
import rows
from conftest import MANIFEST, options_for
from tool import LAYOUTS, NATIVE, entry, lines

MAKERS = pytest.mark.parametrize("maker", ["keyvi", *NATIVE])


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
@pytest.mark.parametrize("maker", ["keyvi", "keyfold", *NATIVE])
def test_dump_shows_every_entry(built, keyfold, name, kind, compression, maker):
    assert keyfold.dump(kind, built(maker, name, kind, compression)) == rows.contents(name, kind)


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
@pytest.mark.parametrize("maker", NATIVE)
def test_native_files_hold_what_keyvi_reads(built, keyfold, name, kind, compression, maker):
    native = built(maker, name, kind, compression)
    theirs = built("keyvi", name, kind, compression)
    assert keyfold.run("dump", native).stdout == keyfold.run("dump", theirs).stdout
    assert keyfold.dump(kind, native) == peer.contents(kind, theirs)


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
@MAKERS
def test_get_finds_every_key(built, keyfold, name, kind, compression, maker):
    file = built(maker, name, kind, compression)
    stored = rows.contents(name, kind)
    found = [entry(kind, line) for line in lines(keyfold.get(file, stored))]
    assert found == list(stored.items()), "not every key in the order asked for"


@pytest.mark.parametrize("name", ["cities", "urls"])
@pytest.mark.parametrize("compression", rows.COMPRESSIONS)
@MAKERS
def test_raw_values_are_keyvis_message_pack(built, keyfold, name, compression, maker):
    file = built(maker, name, "json", compression)
    theirs = peer.open(built("keyvi", name, "json", compression))
    expected = b"".join(match.msgpacked_value_as_string() for match in peer.matches(theirs))
    assert keyfold.get(file, sorted(rows.contents(name, "json")), "--raw") == expected


@MAKERS
def test_get_as_json_lines(built, keyfold, maker):
    file = built(maker, "cities", "json", "zstd")
    asked = [key for key, _ in rows.texts("cities", 50)]
    found = [json.loads(line) for line in lines(keyfold.get(file, asked, "--json"))]
    assert [row["key"].encode() for row in found] == asked
    assert [row["value"] for row in found] == [rows.contents("cities", "json")[key] for key in asked]


@MAKERS
def test_missing_keys_end_with_1(built, keyfold, maker):
    file = built(maker, "words", "int")
    (first, value), (second, other) = rows.rows("words", "int")[:2]
    shown = keyfold.get(file, [first, b"no such word", second], code=1)
    assert shown == b"%s\t%d\n%s\t%d\n" % (first, value, second, other)


@MAKERS
def test_scan_agrees_with_keyvis_prefix_completion(built, keyfold, maker):
    file = built(maker, "words", "int")
    theirs = peer.open(built("keyvi", "words", "int"))
    for prefix in ("a", "qu", "inter", "z", "zzzz"):
        expected = [(match.matched_string, match.value) for match in theirs.complete_prefix(prefix)]
        shown = lines(keyfold.run("scan", file, "--prefix", prefix).stdout)
        assert [(key.decode(), value) for key, value in (entry("int", line) for line in shown)] == expected


@pytest.mark.parametrize("name", rows.SETS)
def test_generator_files(keyfold, tmp_path, name):
    keys = sorted(key for key, _ in rows.texts(name))
    file = peer.generate(keys, tmp_path / "generated.kv")
    assert list(keyfold.dump("key-only", file)) == keys


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize("maker", NATIVE)
def test_ordinals_count_the_keys_in_their_order(built, keyfold, name, maker):
    file = built(maker, name, "key-only")
    keys = sorted(rows.contents(name, "key-only"))
    asked = b"".join(key + b"\n" for key in keys)
    ranks = lines(keyfold.run("rank", file, stdin=asked).stdout)
    assert ranks == [b"%s\t%d" % (key, ordinal) for ordinal, key in enumerate(keys)]
    ordinals = b"".join(b"%d\n" % ordinal for ordinal in range(len(keys)))
    assert keyfold.run("select", file, "-", stdin=ordinals).stdout == asked


@pytest.mark.parametrize("kind", rows.KINDS)
@MAKERS
def test_stats_agree(built, keyfold, kind, maker):
    file = built(maker, "urls", kind)
    text = keyfold.run("stats", file).stdout.decode()
    assert f"{rows.CUT}" in text.replace(",", "").replace("_", "").replace(" ", "").replace("'", "")
    document = json.loads(keyfold.run("stats", file, "--json").stdout)
    assert {rows.CUT, MANIFEST} <= set(_leaves(document))
    assert sum(section["bytes"] for section in document["sections"]) == file.stat().st_size


@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
def test_verify_finds_keyvis_files_sound(built, keyfold, kind, compression):
    assert "structure only" in keyfold.verify(built("keyvi", "cities", kind, compression))


@pytest.mark.parametrize("kind", rows.KINDS)
def test_empty_dictionary(keyfold, tmp_path, kind):
    file = peer.compile(kind, [], tmp_path / "empty.kv")
    assert keyfold.dump(kind, file) == {}
    keyfold.get(file, [b"a"], code=1)
    keyfold.verify(file)


@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_dump_compiles_to_the_same_dump(built, keyfold, tmp_path, kind, compression, layout):
    text = keyfold.run("dump", built("keyvi", "names", kind, compression)).stdout
    source = tmp_path / "dump"
    source.write_bytes(text)
    again = keyfold.build(kind, source, tmp_path / "again.kv", options_for(kind, compression), layout=layout)
    assert keyfold.run("dump", again).stdout == text


def _leaves(node):
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _leaves(child)
    else:
        yield node
