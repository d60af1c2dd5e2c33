"""Value vectors, both ways."""

import json

import pytest

import peer
import rows
from tool import lines, value_line

COMPRESSIONS = pytest.mark.parametrize("compression", rows.COMPRESSIONS)


def values(kind):
    """Real values by position, among them repeated and empty ones, and one that spans rows."""
    taken = [value.decode() for _, value in rows.texts("urls" if kind == "vector" else "names", 2000)]
    return taken + taken[:50] + (['""', "[1.5,null]"] if kind == "vector" else ["", "two\nrows", "{}"])


def write_input(kind, folder):
    path = folder / "values.jsonl"
    text = (value if kind == "vector" else json.dumps(value) for value in values(kind))
    path.write_text("".join(f'{{"value":{value}}}\n' for value in text))
    return path


@COMPRESSIONS
@pytest.mark.parametrize("kind", peer.VECTORS)
def test_keyvi_reads_ours(keyfold, tmp_path, kind, compression):
    file = tmp_path / "ours.kvv"
    keyfold.build(kind, write_input(kind, tmp_path), file, {"compression": compression}, "--manifest", "made by us")
    vector = peer.read_vector(kind, file)
    assert vector.manifest() == "made by us"
    assert len(vector) == len(values(kind))
    held = json.loads if kind == "vector" else str
    assert [vector[place] for place in range(len(vector))] == [held(value) for value in values(kind)]


@COMPRESSIONS
@pytest.mark.parametrize("kind", peer.VECTORS)
def test_keyfold_reads_theirs(keyfold, tmp_path, kind, compression):
    file = peer.write_vector(kind, values(kind), tmp_path / "theirs.kvv", {"compression": compression})
    shown = [value_line(kind, line) for line in lines(keyfold.run("dump", file).stdout)]
    assert shown == [json.loads(value) if kind == "vector" else value.encode() for value in values(kind)]
    keyfold.verify(file)


@COMPRESSIONS
@pytest.mark.parametrize("kind", peer.VECTORS)
def test_ours_are_not_larger(keyfold, tmp_path, kind, compression):
    options = {"compression": compression}
    ours = keyfold.build(kind, write_input(kind, tmp_path), tmp_path / "ours.kvv", options)
    theirs = peer.write_vector(kind, values(kind), tmp_path / "theirs.kvv", options)
    # keyfold's header holds checksums and the row counts beside keyvi's properties.
    assert ours.stat().st_size <= theirs.stat().st_size + 512


@pytest.mark.parametrize("kind", peer.VECTORS)
def test_empty(keyfold, tmp_path, kind):
    source = tmp_path / "none.jsonl"
    source.write_bytes(b"")
    assert len(peer.read_vector(kind, keyfold.build(kind, source, tmp_path / "ours.kvv"))) == 0
    theirs = peer.write_vector(kind, [], tmp_path / "theirs.kvv")
    assert keyfold.run("dump", theirs).stdout == b""
