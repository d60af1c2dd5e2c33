"""Random dictionaries over tiny alphabets and extreme bytes, both ways."""

import json

import peer
import rows
from tool import LAYOUTS, NATIVE

ALPHABETS = (b"ab", b"\0\x01", b"\0\x01\xff", b"abc\0", b"\x01\x02\xfe\xff", bytes(range(256)), b"a\n\t", b"\xc3\xa4a")
SCALARS = (None, True, False, 0, -1, 127, 128, -33, 2**63, -(2**63), 2**64 - 1, 1.5, -2.5e-7, "", "ü", "x" * 300)


def test_both_ways(keyfold, tmp_path, rng, rounds):
    for number in range(rounds):
        kind = rng.choice(rows.KINDS)
        entries = random_entries(rng, kind)
        options = random_options(rng, kind)
        held = {key: rows.held(kind, value) for key, value in entries}
        ours = keyfold.compile(kind, entries, tmp_path / f"ours-{number}.kv", options)
        theirs = peer.compile(kind, entries, tmp_path / f"theirs-{number}.kv", options)
        assert peer.contents(kind, ours) == held, (number, kind, options)
        assert keyfold.dump(kind, theirs) == held, (number, kind, options)
        assert peer.evidence(kind, ours) == peer.evidence(kind, theirs), (number, kind, options)
        for layout in NATIVE:
            native = keyfold.compile(kind, entries, tmp_path / f"{layout}-{number}.kf", options, layout=layout)
            assert keyfold.run("dump", native).stdout == keyfold.run("dump", theirs).stdout, (number, kind, options)
            assert "checksums agree" in keyfold.verify(native)
        dictionary = peer.open(ours)
        for key in random_keys(rng, 200):
            assert (dictionary.get(key) is not None) == (key in held), (number, kind, key)


def test_merges(keyfold, tmp_path, rng, rounds):
    for number in range(rounds // 4 + 1):
        kind = rng.choice(peer.MERGED_KINDS)
        files, union = [], {}
        for part in range(rng.randint(1, 5)):
            entries = random_entries(rng, kind)
            path = tmp_path / f"{number}-{part}.kv"
            make = rng.choice([keyfold.compile, peer.compile])
            files.append(make(kind, entries, path, random_options(rng, kind)))
            union |= {key: rows.held(kind, value) for key, value in entries}
        ours = keyfold.merge(files, tmp_path / f"{number}-ours.kv", *rng.choice([[], ["--append"]]))
        theirs = peer.merge(kind, files, tmp_path / f"{number}-theirs.kv")
        layouts = [rng.choice([None, *LAYOUTS]) for _ in files]
        mixed = [
            keyfold.convert(file, file.with_suffix(".kf"), layout) if layout else file
            for file, layout in zip(files, layouts, strict=True)
        ]
        from_mixed = keyfold.merge(mixed, tmp_path / f"{number}-mixed.kv", "--format", "keyvi")
        assert peer.evidence(kind, from_mixed) == peer.evidence(kind, theirs), (number, layouts)
        assert peer.contents(kind, ours) == union, number
        assert keyfold.dump(kind, theirs) == union, number
        assert peer.evidence(kind, ours) == peer.evidence(kind, theirs), number


def random_keys(rng, count):
    alphabet = rng.choice(ALPHABETS)
    longest = rng.choice((2, 4, 8, 40))
    return {bytes(rng.choices(alphabet, k=rng.randint(1, longest))) for _ in range(count)}


def random_entries(rng, kind):
    entries = [(key, random_value(rng, kind)) for key in sorted(random_keys(rng, rng.choice((0, 1, 3, 20, 300, 2000))))]
    rng.shuffle(entries)
    return entries


def random_value(rng, kind):
    if kind == "int":
        return rng.randrange(2 ** rng.randint(1, 64))
    if kind == "completion":
        return rng.randrange(2 ** rng.randint(1, 60))
    if kind == "string":
        return bytes(rng.choices(b"ab\xff\n\t{", k=rng.choice((0, 1, 5, 100))))
    if kind == "json":
        return json.dumps(random_document(rng, 3), ensure_ascii=rng.random() < 0.5).encode()
    if kind == "float-vector":
        return tuple(rng.choice((0.0, 1.0, -0.1, 1e-30, 3e38, rng.random())) for _ in range(3))
    return None


def random_document(rng, depth):
    shape = rng.random()
    if depth == 0 or shape < 0.4:
        return rng.choice(SCALARS)
    if shape < 0.7:
        return [random_document(rng, depth - 1) for _ in range(rng.randint(0, 5))]
    return {rng.choice(("a", "b", "ü", "", "name")): random_document(rng, depth - 1) for _ in range(rng.randint(0, 5))}


def random_options(rng, kind):
    options = {"minimization": rng.choice(("on", "off"))}
    if kind in ("json", "float-vector"):
        options["compression"] = rng.choice(rows.COMPRESSIONS)
    if kind == "json":
        options["compression_threshold"] = rng.choice(("0", "1", "32", "1000"))
    if kind == "float-vector":
        options["vector_size"] = "3"
    return options
