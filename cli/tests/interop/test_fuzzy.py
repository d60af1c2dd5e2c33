"""Fuzzy look-ups of real misspellings find what keyvi finds, in every layout."""

import pytest

import peer
import rows

PREFIX = 2


@pytest.fixture
def words(asked):
    """The words with their frequencies: {layout: file}."""
    return asked("words", "completion", rows.rows("words", "completion", None))


@pytest.fixture(scope="module")
def misspellings():
    """What people typed."""
    return [typed.decode() for typed, _ in rows.pairs(rows.MISSPELLINGS)]


@pytest.mark.parametrize("distance", [1, 2])
def test_misspellings(words, keyfold, misspellings, distance):
    dictionary = peer.open(words["keyvi"])
    theirs = {
        query: sorted(
            (match.matched_string, int(match.score), match.value)
            for match in dictionary.match_fuzzy(query, distance, PREFIX)
        )
        for query in misspellings
    }
    assert sum(map(len, theirs.values())) > 2000
    flags = ("--distance", distance, "--minimum-prefix", PREFIX)
    for layout, file in words.items():
        found = keyfold.ask("fuzzy", file, misspellings, *flags)
        ours = {query: [(row["key"], row["score"], row["value"]) for row in found[query]] for query in found}
        # keys in byte order, which for valid UTF-8 is the order of code points
        assert ours == theirs, layout
    best = keyfold.ask("fuzzy", words["fast"], misspellings, *flags, "--best", "--limit", 3)
    for query, found in best.items():
        nearest = sorted(theirs[query], key=lambda hit: (hit[1], -hit[2], hit[0]))[:3]
        assert [(row["key"], row["score"], row["value"]) for row in found] == nearest


def test_greater_distances(words, keyfold, misspellings):
    queries = misspellings[:40]
    dictionary = peer.open(words["keyvi"])
    for distance in (3, 4):
        theirs = {
            query: sorted(
                (match.matched_string, int(match.score)) for match in dictionary.match_fuzzy(query, distance, PREFIX)
            )
            for query in queries
        }
        for layout, file in words.items():
            found = keyfold.ask("fuzzy", file, queries, "--distance", distance, "--minimum-prefix", PREFIX)
            assert {q: [(row["key"], row["score"]) for row in found[q]] for q in found} == theirs, layout


def test_characters_of_several_bytes(asked, keyfold):
    names = [(key, int(value)) for key, value in rows.pairs(rows.PLACES)]
    files = asked("places", "completion", names)
    dictionary = peer.open(files["keyvi"])
    # a swap, a letter left out, one put in: of names in all scripts
    queries = []
    for at, (key, _) in enumerate(names[::4]):
        name = key.decode()
        middle = 2 + at % max(1, len(name) - 3)
        edited = (
            name[:middle] + name[middle + 1 : middle + 2] + name[middle : middle + 1] + name[middle + 2 :],
            name[:middle] + name[middle + 1 :],
            name[:middle] + "ü" + name[middle:],
        )
        queries += [text for text in edited[at % 3 :][:1] if len(text) >= PREFIX]
    queries = sorted(set(queries))
    theirs = {
        query: sorted((match.matched_string, int(match.score)) for match in dictionary.match_fuzzy(query, 2, PREFIX))
        for query in queries
    }
    assert sum(map(bool, theirs.values())) > 1000
    for layout, file in files.items():
        found = keyfold.ask("fuzzy", file, queries, "--distance", 2, "--minimum-prefix", PREFIX)
        assert {query: [(row["key"], row["score"]) for row in found[query]] for query in found} == theirs, layout
