"""Our checksum property: keyvi does not mind it, and `verify` makes use of it."""

import pytest

import peer
import rows
from tool import LAYOUTS, NATIVE

EACH_LAYOUT = pytest.mark.parametrize("layout", LAYOUTS)


@pytest.mark.parametrize(("kind", "compression"), rows.MATRIX)
@pytest.mark.parametrize("maker", ["keyfold", *NATIVE])
def test_our_files_are_sound(built, keyfold, kind, compression, maker):
    said = keyfold.verify(built(maker, "cities", kind, compression))
    assert "structure only" not in said
    assert f": {rows.CUT} keys" in said


@pytest.mark.parametrize("kind", rows.KINDS)
@EACH_LAYOUT
def test_a_changed_byte_anywhere_is_found(keyfold, tmp_path, rng, kind, layout):
    options = {"vector_size": "3"} if kind == "float-vector" else {}
    entries = rows.rows("cities", kind, 300)
    sound = keyfold.compile(kind, entries, tmp_path / "sound.kv", options, layout=layout).read_bytes()
    damaged = tmp_path / "damaged.kv"
    for place in [*range(8), *rng.sample(range(8, len(sound)), 60), len(sound) - 1]:
        data = bytearray(sound)
        data[place] ^= 1 << rng.randrange(8)
        damaged.write_bytes(data)
        assert "error: " in keyfold.verify(damaged, code=2), place


@EACH_LAYOUT
def test_a_changed_byte_in_the_header_is_found(keyfold, tmp_path, layout):
    entries = [(b"a", 1), (b"b", 2)]
    file = keyfold.compile("int", entries, tmp_path / "sound.kv", None, "--manifest", "m", layout=layout)
    sound = file.read_bytes()
    # Magic, length and record; a native file's checksum follows.
    length = 12 + int.from_bytes(sound[8:12], "big") + (8 if layout in NATIVE else 0)
    damaged = tmp_path / "damaged.kv"
    unnoticed = []
    for place in range(length):
        damaged.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        if "error: " not in keyfold.verify(damaged, code=None):
            unnoticed.append(sound[max(0, place - 12) : place + 1])
    assert unnoticed == []


@EACH_LAYOUT
def test_a_file_cut_short_is_found(keyfold, tmp_path, rng, layout):
    entries = rows.rows("cities", "json", 300)
    sound = keyfold.compile("json", entries, tmp_path / "sound.kv", layout=layout).read_bytes()
    damaged = tmp_path / "damaged.kv"
    for length in [0, 1, 7, 8, 12, len(sound) - 1, *rng.sample(range(len(sound)), 30)]:
        damaged.write_bytes(sound[:length])
        keyfold.verify(damaged, code=2)


def test_keyvis_merge_of_our_files_has_no_stale_checksums(keyfold, tmp_path):
    files = [
        keyfold.compile("json", rows.rows("urls", "json", count), tmp_path / f"{count}.kv") for count in (500, 900)
    ]
    merged = peer.merge("json", files, tmp_path / "merged.kv")
    assert "structure only" in keyfold.verify(merged)
    ours = keyfold.merge(files, tmp_path / "ours.kv")
    assert "structure only" not in keyfold.verify(ours)
