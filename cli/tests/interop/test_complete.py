"""Completions of real words are those that keyvi finds, in every layout."""

from collections import defaultdict

import keyvi.completion
import pytest

import peer
import rows
from oracle import distances

TOP = 10


@pytest.fixture
def words(asked):
    """The words with their frequencies: {layout: file}."""
    return asked("words", "completion", rows.rows("words", "completion", None))


@pytest.fixture
def prefixes(rng):
    """2,000 beginnings of stored words."""
    words = [key.decode() for key, _ in rows.texts("words", None)]
    found = set()
    while len(found) < 2000:
        word = rng.choice(words)
        found.add(word[: rng.randint(min(2, len(word)), len(word))])
    return sorted(found)


def test_all_completions(words, keyfold, prefixes):
    dictionary = peer.open(words["keyvi"])
    theirs = {
        prefix: sorted((-match.weight, match.matched_string.encode()) for match in dictionary.complete_prefix(prefix))
        for prefix in prefixes
    }
    for layout, file in words.items():
        found = keyfold.ask("complete", file, prefixes, "--top", 1_000_000)
        ours = {prefix: [(-row["value"], row["key"].encode()) for row in found[prefix]] for prefix in found}
        # ours are ordered: by weight, then by key
        assert ours == theirs, layout


def test_best_completions(words, keyfold, prefixes):
    prefixes = [*"abcdefghijklmnopqrstuvwxyz", *prefixes]
    dictionary = peer.open(words["keyvi"])
    completer = keyvi.completion.PrefixCompletion(dictionary)
    ours = {}
    for layout, file in words.items():
        found = keyfold.ask("complete", file, prefixes, "--top", TOP)
        ours[layout] = {prefix: [(row["key"], row["value"]) for row in found[prefix]] for prefix in found}
    for prefix in prefixes:
        # keyvi's top_n is a filter: more than ten come, unordered, the best ten among them
        theirs = [match.weight for match in dictionary.complete_prefix(prefix, TOP)]
        best = sorted(theirs, reverse=True)[:TOP]
        assert best == sorted((match.weight for match in completer.complete(prefix, TOP)), reverse=True)[:TOP]
        for layout, found in ours.items():
            assert [weight for _, weight in found[prefix]] == best, (layout, prefix)
    assert ours["fast"] == ours["small"] == ours["keyvi"]


def test_fuzzy_completions(words, keyfold, rng):
    with_start = defaultdict(list)
    for key, value in rows.rows("words", "completion", None):
        with_start[key.decode()[:2]].append((key.decode(), value))
    misspellings = [typed.decode() for typed, _ in rows.pairs(rows.MISSPELLINGS)]
    queries = {typed[: rng.randint(4, 8)] for typed in rng.sample(misspellings, 50)}
    completer = keyvi.completion.PrefixCompletion(peer.open(words["keyvi"]))
    right = {
        query: [(min(distances(query, key)), -value, key) for key, value in with_start[query[:2]]] for query in queries
    }
    for distance in (1, 2):
        expected = {query: sorted(hit for hit in right[query] if hit[0] <= distance) for query in queries}
        for layout, file in words.items():
            flags = ("--distance", distance, "--minimum-prefix", 2, "--top", 1_000_000)
            found = keyfold.ask("complete", file, sorted(queries), *flags)
            ours = {query: [(row["score"], -row["value"], row["key"]) for row in found[query]] for query in found}
            assert ours == expected, layout
        for query in queries:
            found = [
                (int(match.score), -match.value, match.matched_string)
                for match in completer.complete_fuzzy(query, distance, 2)
            ]
            # keyvi also gives keys beyond the distance, and never the key that is just the exact prefix
            theirs = sorted(hit for hit in found if hit[0] <= distance)
            assert theirs == [hit for hit in expected[query] if hit[2] != query[:2]]
            assert all(distances(query, key)[-1] > distance for score, _, key in found if score > distance)
