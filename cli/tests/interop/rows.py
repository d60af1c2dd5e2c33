"""Real rows from testdata/, the value each kind of dictionary gets from them; what is asked for."""

import gzip
import itertools
import json
import struct
from functools import cache
from pathlib import Path

TESTDATA = Path(__file__).resolve().parents[3] / "testdata"

FILES = {
    "words": TESTDATA / "words" / "words-en-200k.tsv.gz",
    "cities": TESTDATA / "cities" / "cities-120k.tsv.gz",
    "urls": TESTDATA / "urls" / "urls-100k.tsv.gz",
    "names": TESTDATA / "names" / "names.tsv.gz",
}
SETS = tuple(FILES)
PLACES = TESTDATA / "places" / "place-names.tsv.gz"
MISSPELLINGS = TESTDATA / "misspellings" / "misspellings-2500.tsv.gz"
TEXT = TESTDATA / "text" / "text-1mb.txt.gz"
KINDS = ("key-only", "int", "completion", "string", "json", "float-vector")
COMPRESSIONS = ("none", "zlib", "snappy", "zstd")
VECTOR_SIZE = 3
CUT = 20_000

# Every kind with every compression that changes its file; the others are built once.
MATRIX = tuple(
    (kind, compression)
    for kind in KINDS
    for compression in (COMPRESSIONS if kind in ("json", "float-vector") else ("none",))
)


@cache
def texts(name, count=CUT):
    """The first rows of a set as they stand, or all of them: (key, value), both bytes."""
    return pairs(FILES[name], count)


def pairs(path, count=None):
    """The first rows of a file, or all of them: (key, value), both bytes."""
    with gzip.open(path, "rb") as stream:
        lines = itertools.islice(stream, count)
        return tuple(tuple(line.rstrip(b"\n").split(b"\t", 1)) for line in lines)


@cache
def rows(name, kind, count=CUT):
    """The same rows with values of one kind.

    Values are None, int, bytes (string), bytes (the text of a JSON document) and a tuple of floats. Sets whose own
    values are of another kind get ones derived from the row, so that every kind meets every sort of key.
    """
    derive = _DERIVE[kind]
    return tuple((key, derive(name, key, value)) for key, value in texts(name, count))


def contents(name, kind, count=CUT):
    """What a dictionary of these rows has to hold: {key: value}, JSON decoded, floats as they are stored."""
    return {key: held(kind, value) for key, value in rows(name, kind, count)}


def held(kind, value):
    """One value as a reader sees it."""
    if kind == "json":
        return json.loads(value)
    if kind == "float-vector":
        return single(value)
    return value


def single(numbers):
    """Numbers as 32 bit floats: what float vectors store."""
    return struct.pack(f"<{len(numbers)}f", *numbers)


def _number(name, key, value):
    if name == "words":
        return int(value)
    if name == "cities":
        return json.loads(value)["population"]
    # Few distinct values for many keys, some of them 0.
    return 0 if len(key) % 7 == 0 else len(key) * 2003


def _document(name, _key, value):
    return json.dumps(value.decode(), ensure_ascii=False).encode() if name == "names" else value


def _vector(name, key, value):
    if name == "cities":
        city = json.loads(value)
        return (city["lat"], city["lon"], float(city["population"]))
    return (float(_number(name, key, value)), len(key) / 3, -1.5)


_DERIVE = {
    "key-only": lambda _name, _key, _value: None,
    "int": _number,
    "completion": _number,
    "string": lambda _name, _key, value: value,
    "json": _document,
    "float-vector": _vector,
}
