"""Names in a megabyte of running text: between spaces, keyfold finds what keyvi finds, in every layout."""

import gzip
import json
from bisect import bisect_left

import peer
import rows
from tool import lines


def test_names_between_spaces(asked, keyfold):
    names = rows.rows("names", "string", None)
    types = {key.decode(): value.decode() for key, value in names}
    files = asked("names", "string", names)
    text = gzip.decompress(rows.TEXT.read_bytes())
    inner = [offset for offset, byte in enumerate(text) if byte & 0xC0 == 0x80]
    theirs = [
        (match.start, match.end, match.matched_string, types[match.matched_string])
        for match in peer.open(files["keyvi"]).search_tokenized(text.decode())
    ]
    assert len(theirs) > 3000
    for layout, file in files.items():
        flags = ("--boundaries", "spaces", "--overlapping=per-start", "--json")
        ours = []
        for row in map(json.loads, lines(keyfold.run("find", file, *flags, stdin=text).stdout)):
            start, end = row["offset"], row["offset"] + row["length"]
            assert text[start:end].decode() == row["text"] == row["key"]
            before = start - bisect_left(inner, start)
            assert (row["char_offset"], row["char_length"]) == (before, len(row["text"]))
            ours.append((start, end, row["key"], row["value"]))
        assert ours == theirs, layout


def test_a_space_at_the_start_parts_nothing(asked, keyfold):
    files = asked("york", "string", [(b"York", b"place")])
    dictionary = peer.open(files["keyvi"])
    # keyvi overlooks the first one
    assert [match.start for match in dictionary.search_tokenized(" York York")] == [6]
    for layout, file in files.items():
        done = keyfold.run("find", file, "--boundaries", "spaces", stdin=b" York York")
        assert done.stdout == b"6\t4\tYork\tplace\n", layout
        done = keyfold.run("find", file, stdin=b" York York")
        assert done.stdout == b"1\t4\tYork\tplace\n6\t4\tYork\tplace\n", layout
