"""Completions of phrases whose words come in any order: names of places in eight scripts, in every layout."""

from bisect import bisect_left
from itertools import combinations, islice, takewhile

import pytest

import peer
import rows
from oracle import distances

SEPARATOR = "\x1b"
WORDS = 3


def bags(phrases):
    """What a dictionary for this holds: each phrase, and up to three of its words with each of them last, the others
    sorted, before the separator and the phrase.
    """
    entries = {}
    for phrase, weight in phrases:
        entries[phrase] = weight
        for count in range(1, WORDS + 1):
            for words in combinations(phrase.split(" ")[:4], count):
                for last in range(count):
                    others = sorted(words[:last] + words[last + 1 :], key=str.encode)
                    entries[" ".join([*others, words[last]]) + SEPARATOR + phrase] = weight
    return sorted((key.encode(), weight) for key, weight in entries.items())


def sorted_words(query):
    """A query as it is looked for: all words but the last sorted."""
    *others, last = query.split(" ")
    return " ".join([*sorted(others, key=str.encode), last])


def phrases_of(hits):
    """The answers of `words`, of (distance, weight, stored key) those that count: each phrase once, the best first."""
    best = {}
    for distance, weight, key in sorted(hits, key=lambda hit: (hit[0], -hit[1], hit[2])):
        best.setdefault(key.partition(b"\x1b")[2] or key, (distance, weight))
    return [(phrase.decode(), *hit) for phrase, hit in best.items()]


@pytest.fixture(scope="module")
def names():
    """The names of places with their populations."""
    return [(key.decode(), int(value)) for key, value in rows.pairs(rows.PLACES)]


@pytest.fixture
def queries(rng):
    """queries(names, count, mistakes): words of names in some order, the last one cut."""

    def make(names, count, mistakes=False):
        found = set()
        while len(found) < count:
            words = rng.choice(names)[0].split(" ")
            rng.shuffle(words)
            words = words[: rng.randint(1, min(WORDS, len(words)))]
            words[-1] = words[-1][: rng.randint(3 if mistakes else 1, 20)]
            query = " ".join(words)
            if mistakes:
                at = rng.randrange(len(query))
                query = query[:at] + rng.choice((query[at + 1 :], "é" + query[at:], "é" + query[at + 1 :]))
            if all(query.split(" ")):
                found.add(query)
        return sorted(found)

    return make


def found_by(keyfold, file, queries, *flags):
    """What `words` answers: [(phrase, distance, weight)]."""
    found = keyfold.ask("words", file, queries, *flags)
    return {query: [(row["key"], row.get("score", 0), row["value"]) for row in found[query]] for query in queries}


def test_words_in_any_order(asked, keyfold, names, queries):
    entries = bags(names)
    files = asked("bags", "completion", entries)
    dictionary = peer.open(files["keyvi"])
    keys = [key for key, _ in entries]
    queries = queries(names, 1000)
    right = {}
    for query in queries:
        start = sorted_words(query).encode()
        below = takewhile(lambda entry: entry[0].startswith(start), islice(entries, bisect_left(keys, start), None))
        # no further word before the separator
        hits = ((0, weight, key) for key, weight in below if b" " not in key[len(start) :].partition(b"\x1b")[0])
        right[query] = phrases_of(hits)
        # keyvi gives a phrase as often as it is reached, and one that is just the sorted words as they were typed
        theirs = {
            (start.decode() if match.end == len(start) else match.matched_string, 0, match.weight)
            for match in dictionary.complete_multiword(query)
        }
        assert theirs == set(right[query])
    assert sum(map(bool, right.values())) > 900
    for layout, file in files.items():
        assert found_by(keyfold, file, queries, "--top", 1_000_000) == right, layout
        best = found_by(keyfold, file, queries)
        assert best == {query: hits[:10] for query, hits in right.items()}, layout


def test_mistakes(asked, keyfold, names, queries):
    names = names[::8]
    entries = bags(names)
    files = asked("fewer-bags", "completion", entries)
    dictionary = peer.open(files["keyvi"])
    queries = queries(names, 40, mistakes=True)
    right = {1: {}, 2: {}}
    for query in queries:
        typed = sorted_words(query)
        hits, loose = [], []
        for key, weight in entries:
            words = key.partition(b"\x1b")[0].decode()
            as_many = words.count(" ") == typed.count(" ")
            if as_many or b"\x1b" not in key:
                starts = distances(typed, key.decode())
                # keyvi does not count the words of a key without a separator, and looks for what was typed beyond the
                # separator: `a xbc` as one word is an error away from `a`, the separator, `bc`
                loose.append((min(starts), weight, key))
                if as_many:
                    hits.append((min(starts[: len(words) + 1]), weight, key))
        for distance, answers in right.items():
            answers[query] = phrases_of(hit for hit in hits if hit[0] <= distance)
            found = dictionary.complete_fuzzy_multiword(query, distance)
            # it also gives keys beyond the distance
            theirs = sorted((int(match.score), -match.weight, match.matched_string) for match in found)
            nearest = {phrase: (score, -weight) for score, weight, phrase in reversed(theirs) if score <= distance}
            within = (hit for hit in loose if hit[0] <= distance)
            assert nearest == {phrase: (score, weight) for phrase, score, weight in phrases_of(within)}
            assert nearest.keys() >= {phrase for phrase, *_ in answers[query]}
    assert sum(map(bool, right[2].values())) > 20
    for distance, answers in right.items():
        for layout, file in files.items():
            assert found_by(keyfold, file, queries, "--distance", distance, "--top", 1_000_000) == answers, layout
