"""Look-ups whose order hangs on inner weights give the same hits on both files."""

import keyvi.completion
import pytest

import peer
import rows
from tool import NATIVE


def hits(found):
    return [(match.matched_string, match.start, match.end, match.score, match.weight, match.value) for match in found]


@pytest.fixture(params=[(name, maker) for name in rows.SETS for maker in ("keyfold", *NATIVE)], ids="-".join)
def pair(built, keyfold, tmp_path, request):
    """keyfold's and keyvi's completion dictionaries of the same rows; a native file of ours made a keyvi file."""
    name, maker = request.param
    ours = built(maker, name, "completion")
    if maker in NATIVE:
        ours = keyfold.convert(ours, tmp_path / "converted.kv", "keyvi")
    return peer.open(ours), peer.open(built("keyvi", name, "completion"))


@pytest.fixture
def queries(pair):
    """Beginnings of stored keys, short and long."""
    keys = [match.matched_string for match in peer.matches(pair[1])][::1500]
    return sorted({key[:length] for key in keys for length in (1, 2, 4, 9, len(key))})


def test_prefix_completions(pair, queries):
    for query in queries:
        ours, theirs = (hits(dictionary.complete_prefix(query)) for dictionary in pair)
        assert ours == theirs and ours


def test_best_completions(pair, queries):
    for query in queries:
        ours, theirs = (hits(dictionary.complete_prefix(query, 5)) for dictionary in pair)
        assert ours == theirs
        ours, theirs = (
            hits(keyvi.completion.PrefixCompletion(dictionary).complete(query, 10)) for dictionary in pair
        )
        assert ours == theirs


def test_fuzzy(pair, queries):
    for query in queries[::4]:
        if len(query) > 2:
            ours, theirs = (hits(dictionary.match_fuzzy(query, 2, 2)) for dictionary in pair)
            assert ours == theirs


def test_near(pair, queries):
    for query in queries[::4]:
        ours, theirs = (hits(dictionary.match_near(query, min(2, len(query)))) for dictionary in pair)
        assert ours == theirs


def test_weights_beyond_16_bits_and_depth_30(keyfold, tmp_path):
    entries = [
        (b"deep" * 20 + tail, weight)
        for tail, weight in [(b"a", 1), (b"b", 70000), (b"c", 0), (b"d", 65535), (b"e", 65536), (b"f", 2**32 + 9)]
    ]
    entries += [(key[-9:] + b"%d" % weight, weight) for key, weight in entries] + [(b"top", 2**60 - 1), (b"tap", 0)]
    ours = keyfold.compile("completion", entries, tmp_path / "ours.kv")
    theirs = peer.compile("completion", entries, tmp_path / "theirs.kv")
    assert peer.evidence("completion", ours) == peer.evidence("completion", theirs)
    for query in ("d", "deep", "t", "eep", "p"):
        assert hits(peer.open(ours).complete_prefix(query)) == hits(peer.open(theirs).complete_prefix(query))


def test_multiword_completions(keyfold, tmp_path):
    entries = {}
    for key, _ in rows.texts("names", 4000):
        words = key.split(b" ")
        entries[key] = len(key)
        if len(words) > 1:
            for last in range(len(words)):
                rest = sorted(words[:last] + words[last + 1 :])
                entries[b" ".join([*rest, words[last]]) + b"\x1b" + key] = len(key)
    ours = peer.open(keyfold.compile("completion", list(entries.items()), tmp_path / "ours.kv"))
    theirs = peer.open(peer.compile("completion", entries.items(), tmp_path / "theirs.kv"))
    for query in ("s", "new y", "tree", "war of", "pond p", "order m"):
        assert hits(ours.complete_multiword(query)) == hits(theirs.complete_multiword(query))
        assert hits(ours.complete_fuzzy_multiword(query, 1)) == hits(theirs.complete_fuzzy_multiword(query, 1))
