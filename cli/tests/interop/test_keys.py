"""Keys at the edges: every byte, NUL, not UTF-8, as long as they get."""

import pytest

import peer
import rows
from tool import LAYOUTS, NATIVE

LONGEST = 65_536
EDGES = {
    "single bytes": [bytes([byte]) for byte in range(256)],
    "pairs": [bytes([first, second]) for first in range(256) for second in (0, 1, 2, 127, 128, 254, 255)],
    "zeros": [b"\0" * length for length in range(1, 40)] + [b"a\0b", b"a\0", b"a", b"\0a", b"\0\xff\0"],
    "not UTF-8": [b"\xff", b"\xff\xfe", b"\xc3", b"\xc3\x28", b"\xed\xa0\x80", b"abc\xf8", b"caf\xe9"],
    "row ends": [b"\t", b"\n", b"a\tb", b"a\nb", b"\r", b"a\r\n", b'{"key":"a"}', b"{", b"[", b'"', b" "],
    "long": [b"k" * length for length in (1, 255, 256, 257, 4095, 32767, 32768, LONGEST - 1, LONGEST)]
    + [b"k" * 60_000 + b"\xff\0\x01" * 900],
    "long and different": [bytes([byte]) * LONGEST for byte in (0, 1, 120, 255)],
}


def value(kind, number):
    """Some value of this kind."""
    return {
        "key-only": None,
        "int": number,
        "completion": number,
        "string": b"%d" % number,
        "json": b'{"n":%d}' % number,
        "float-vector": (float(number), 0.1, -1e30),
    }[kind]


def options(kind):
    return {"vector_size": "3"} if kind == "float-vector" else {}


@pytest.mark.parametrize("kind", rows.KINDS)
@pytest.mark.parametrize("edge", EDGES)
def test_both_ways(keyfold, tmp_path, kind, edge):
    entries = [(key, value(kind, number)) for number, key in enumerate(EDGES[edge])]
    held = {key: rows.held(kind, value) for key, value in entries}
    ours = keyfold.compile(kind, entries, tmp_path / "ours.kv", options(kind))
    theirs = peer.compile(kind, entries, tmp_path / "theirs.kv", options(kind))
    assert peer.contents(kind, ours) == held
    assert keyfold.dump(kind, theirs) == held
    assert keyfold.dump(kind, ours) == held
    for layout in NATIVE:
        native = keyfold.compile(kind, entries, tmp_path / f"{layout}.kf", options(kind), layout=layout)
        assert keyfold.run("dump", native).stdout == keyfold.run("dump", theirs).stdout
        assert "checksums agree" in keyfold.verify(native)
    # Each key alone, which walks the automaton another way than the iteration above.
    dictionary = peer.open(ours)
    for key, expected in held.items():
        assert key in dictionary
        assert peer.value(kind, dictionary.get(key)) == expected


@pytest.mark.parametrize("kind", ["key-only", "int"])
def test_numbers_to_the_border(keyfold, tmp_path, kind):
    borders = [border + step for bits in (0, 15, 30, 32, 45, 60, 63, 64) for border in [2**bits] for step in (-1, 0)]
    entries = [(b"%d" % number, number if kind == "int" else None) for number in borders if number < 2**64]
    ours = keyfold.compile(kind, entries, tmp_path / "ours.kv")
    theirs = peer.compile(kind, entries, tmp_path / "theirs.kv")
    assert peer.contents(kind, ours) == keyfold.dump(kind, theirs) == dict(entries)
    for layout in NATIVE:
        native = keyfold.compile(kind, entries, tmp_path / f"{layout}.kf", layout=layout)
        assert keyfold.dump(kind, native) == dict(entries)


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("int", b"\t1\n"),
        ("key-only", b"\n"),
        ("int", b"k" * (LONGEST + 1) + b"\t1\n"),
        ("int", b"no tab\n"),
        ("int", b"a\t18446744073709551616\n"),
        ("int", b"a\t-1\n"),
        ("completion", b"a\t1152921504606846976\n"),
        ("string", b"a\tx\0y\n"),
        ("json", b"a\tnot json\n"),
        ("float-vector", b"a\t1,2\n"),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_the_format_cannot_hold_is_refused(keyfold, tmp_path, kind, row, layout):
    source = tmp_path / "bad.tsv"
    good = {"key-only": b"good\n", "json": b"good\t{}\n", "float-vector": b"good\t1,2,3\n"}.get(kind, b"good\t1\n")
    source.write_bytes(good + row)
    target = tmp_path / "bad.kv"
    named = [text for name, value in options(kind).items() for text in ("--option", f"{name}={value}")]
    named += LAYOUTS[layout]
    done = keyfold.run("compile", "--kind", kind, "-o", target, *named, source, code=2)
    assert f"error: {source}:2: ".encode() in done.stderr
    assert not target.exists()
    rejects = tmp_path / "rejects"
    keyfold.run("compile", "--kind", kind, "-o", target, *named, "--skip-bad-rows", rejects, source)
    assert rejects.read_bytes() == row
    assert len(keyfold.dump(kind, target)) == 1
