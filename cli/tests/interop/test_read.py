"""What keyvi compiles, keyfold reads."""

import json

import pytest

import peer
import rows
from conftest import MANIFEST, options_for
from tool import entry, lines


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
@pytest.mark.parametrize("tool", ["keyvi", "keyfold"])
def test_dump_shows_every_entry(built, keyfold, name, kind, compression, tool):
    assert keyfold.dump(kind, built(tool, name, kind, compression)) == rows.contents(name, kind)


@pytest.mark.parametrize("name", rows.SETS)
@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
def test_get_finds_every_key(built, keyfold, name, kind, compression):
    file = built("keyvi", name, kind, compression)
    stored = rows.contents(name, kind)
    found = [entry(kind, line) for line in lines(keyfold.get(file, stored))]
    assert found == list(stored.items()), "not every key in the order asked for"


@pytest.mark.parametrize("name", ["cities", "urls"])
@pytest.mark.parametrize("compression", rows.COMPRESSIONS)
def test_raw_values_are_keyvis_message_pack(built, keyfold, name, compression):
    file = built("keyvi", name, "json", compression)
    expected = b"".join(match.msgpacked_value_as_string() for match in peer.matches(peer.open(file)))
    assert keyfold.get(file, sorted(rows.contents(name, "json")), "--raw") == expected


def test_get_as_json_lines(built, keyfold):
    file = built("keyvi", "cities", "json", "zstd")
    asked = [key for key, _ in rows.texts("cities", 50)]
    found = [json.loads(line) for line in lines(keyfold.get(file, asked, "--json"))]
    assert [row["key"].encode() for row in found] == asked
    assert [row["value"] for row in found] == [rows.contents("cities", "json")[key] for key in asked]


def test_missing_keys_end_with_1(built, keyfold):
    file = built("keyvi", "words", "int")
    (first, value), (second, other) = rows.rows("words", "int")[:2]
    shown = keyfold.get(file, [first, b"no such word", second], code=1)
    assert shown == b"%s\t%d\n%s\t%d\n" % (first, value, second, other)


def test_scan_agrees_with_keyvis_prefix_completion(built, keyfold):
    file = built("keyvi", "words", "int")
    for prefix in ("a", "qu", "inter", "z", "zzzz"):
        expected = [(match.matched_string, match.value) for match in peer.open(file).complete_prefix(prefix)]
        shown = lines(keyfold.run("scan", file, "--prefix", prefix).stdout)
        assert [(key.decode(), value) for key, value in (entry("int", line) for line in shown)] == expected


@pytest.mark.parametrize("name", rows.SETS)
def test_generator_files(keyfold, tmp_path, name):
    keys = sorted(key for key, _ in rows.texts(name))
    file = peer.generate(keys, tmp_path / "generated.kv")
    assert list(keyfold.dump("key-only", file)) == keys


@pytest.mark.parametrize("kind", rows.KINDS)
def test_stats_agree(built, keyfold, kind):
    theirs = built("keyvi", "urls", kind)
    text = keyfold.run("stats", theirs).stdout.decode()
    assert f"{rows.CUT}" in text.replace(",", "").replace("_", "").replace(" ", "").replace("'", "")
    document = json.loads(keyfold.run("stats", theirs, "--json").stdout)
    assert {rows.CUT, MANIFEST} <= set(_leaves(document))


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
def test_dump_compiles_to_the_same_dump(built, keyfold, tmp_path, kind, compression):
    text = keyfold.run("dump", built("keyvi", "names", kind, compression)).stdout
    source = tmp_path / "dump"
    source.write_bytes(text)
    again = keyfold.build(kind, source, tmp_path / "again.kv", options_for(kind, compression))
    assert keyfold.run("dump", again).stdout == text


def _leaves(node):
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _leaves(child)
    else:
        yield node
