"""What is near to a place: look-ups of geohashes find what keyvi finds, in the same order, in every layout."""

import json
from functools import cache

import pytest

import peer
import rows

_DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"


def geohash(latitude, longitude, length):
    """The geohash of a point: its longitude and latitude halved in turn, five bits a digit."""
    bounds = [[-180.0, 180.0], [-90.0, 90.0]]
    digits = []
    for digit in range(length):
        number = 0
        for bit in range(5):
            side = (5 * digit + bit) % 2
            low, high = bounds[side]
            middle = (low + high) / 2
            upper = (longitude, latitude)[side] >= middle
            bounds[side] = [middle, high] if upper else [low, middle]
            number = 2 * number + upper
        digits.append(_DIGITS[number])
    return "".join(digits)


@cache
def points():
    """(latitude, longitude) of all cities."""
    cities = (json.loads(value) for _, value in rows.texts("cities", None))
    return tuple((city["lat"], city["lon"]) for city in cities)


@cache
def hashes():
    """The geohashes of the cities, with a number each."""
    found = {geohash(*point, 9).encode(): number for number, point in enumerate(points())}
    return tuple(sorted(found.items()))


@pytest.fixture
def files(asked):
    """The geohashes of the cities: {layout: file}."""
    return asked("geohashes", "int", hashes())


@pytest.fixture
def queries(rng):
    """500 geohashes: of points around cities, some of cities themselves."""
    found = set()
    while len(found) < 500:
        latitude, longitude = rng.choice(points())
        off = rng.choice((0, 0.01, 0.1, 1))
        latitude = min(90, max(-90, latitude + rng.uniform(-off, off)))
        longitude = min(180, max(-180, longitude + rng.uniform(-off, off)))
        found.add(geohash(latitude, longitude, rng.choice((5, 7, 9))))
    return sorted(found)


def theirs(dictionary, queries, minimum, greedy):
    """keyvi's answers, in its order."""
    return {
        query: [
            (match.matched_string, int(match.score), match.value)
            for match in dictionary.match_near(query, minimum, greedy)
        ]
        for query in queries
    }


def ours(keyfold, file, queries, minimum, greedy):
    """keyfold's answers, in its order."""
    flags = ("--minimum-prefix", minimum, *(("--greedy",) if greedy else ()))
    found = keyfold.ask("near", file, queries, *flags)
    return {query: [(row["key"], row["score"], row["value"]) for row in found[query]] for query in found}


@pytest.mark.parametrize("greedy", [False, True])
def test_geohashes(files, keyfold, queries, greedy):
    minimum = 4 if greedy else 2
    expected = theirs(peer.open(files["keyvi"]), queries, minimum, greedy)
    assert sum(map(bool, expected.values())) > 400
    for layout, file in files.items():
        assert ours(keyfold, file, queries, minimum, greedy) == expected, layout


def test_the_key_that_equals_the_prefix_is_named(asked, keyfold):
    files = asked("regions", "int", [(b"u4", 1), (b"u4p", 2), (b"u4pr", 3), (b"u5", 4)])
    # keyvi names the first hit by the query
    assert theirs(peer.open(files["keyvi"]), ["u4x"], 2, False)["u4x"][0] == ("u4x", 2, 1)
    right = [("u4", 2, 1), ("u4p", 2, 2), ("u4pr", 2, 3)]
    for layout, file in files.items():
        assert ours(keyfold, file, ["u4x"], 2, False)["u4x"] == right, layout
