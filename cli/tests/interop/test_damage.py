"""Files of keyvi and of keyfold, damaged at random: the command line answers or says what is wrong, and always ends."""

import gzip
import re

import pytest

import rows
from conftest import options_for

GOLDEN = rows.TESTDATA / "golden" / "keyvi-0.7.7"
COMMANDS = (
    ["dump"],
    ["scan"],
    ["stats", "--json"],
    ["verify"],
    ["get", "a", "abc", "ü"],
    ["rank", "a", "new york", "ü"],
    ["select", "0", "1", "30", "59"],
    ["merge", "--format", "keyvi", "-o"],
    ["merge", "--format", "native", "-o"],
)
INTERESTING = (0, 1, 0x2A, 0x7F, 0x80, 0xC0, 0xFF)


@pytest.fixture(scope="module")
def originals(keyfold, tmp_path_factory):
    """Every golden file, unpacked, and files of ours of every kind in every layout."""
    folder = tmp_path_factory.mktemp("ours")
    ours = [
        keyfold.compile(
            kind,
            rows.rows(name, kind, 60 if layout == "keyvi" else 300),
            folder / f"{name}-{kind}-{compression}-{layout}",
            options_for(kind, compression),
            layout=layout,
        ).read_bytes()
        for kind, compression in rows.MATRIX
        for name, layout in (("names", "keyvi"), ("names", "fast"), ("cities", "fast"), ("cities", "small"))
    ]
    packed = [gzip.decompress(path.read_bytes()) for path in sorted(GOLDEN.glob("*.kv.gz"))]
    return [path.read_bytes() for path in sorted([*GOLDEN.glob("*.kv"), *GOLDEN.glob("*.kvv")])] + packed + ours


def test_no_crash(keyfold, tmp_path, rng, rounds, originals):
    assert len(originals) > 30
    for number in range(rounds * 5):
        data = damaged(rng, rng.choice(originals), originals)
        file = tmp_path / "damaged.kv"
        file.write_bytes(data)
        command, *arguments = rng.choice(COMMANDS)
        if command == "merge":
            call = [command, *arguments, tmp_path / "merged", "--force", file]
        else:
            call = [command, file, *arguments]
        done = run(keyfold, call)
        said = done.stderr.decode("utf-8", "replace")
        kept = f"round {number}: {call}, {len(data)} bytes, {done.returncode}: {said[-500:]}"
        assert done.returncode in (0, 1, 2), kept
        assert "panicked" not in said, kept
        if done.returncode == 2:
            assert re.search("^error: ", said, re.MULTILINE), kept


def run(keyfold, call):
    """Like Keyfold.run, but with any exit code, and within an address space that damage must not blow up."""
    import resource
    import subprocess

    limit = 4 << 30
    return subprocess.run(
        [keyfold.binary, *map(str, call)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )


def damaged(rng, original, originals):
    """One file with one sort of damage, or a few at once."""
    data = bytearray(original)
    for _ in range(rng.choice((1, 1, 1, 2, 5, 20))):
        if not data:
            break
        place = rng.randrange(len(data))
        sort = rng.randrange(6)
        if sort == 0:
            data[place] ^= 1 << rng.randrange(8)
        elif sort == 1:
            data[place] = rng.choice(INTERESTING)
        elif sort == 2:
            del data[place:]
        elif sort == 3:
            del data[place : place + rng.randint(1, 8)]
        elif sort == 4:
            data[place:place] = bytes(rng.choices(INTERESTING, k=rng.randint(1, 8)))
        else:
            other = rng.choice(originals)
            start = rng.randrange(len(other))
            piece = other[start : start + rng.randint(1, 64)]
            data[place : place + len(piece)] = piece
    return bytes(data)
