"""Iterators of matches: lazy, and with a minimum weight that may be set on the way."""

import pytest

import making

ROWS = [("a", 1), ("ab", 20), ("abc", 3), ("abd", 300), ("zebra", 4)]


@pytest.fixture
def dictionary(made):
    return made("completion", ROWS)


def test_an_iterator_of_nothing(kv):
    assert list(kv.MatchIterator()) == []


def test_it_is_an_iterator(kv, dictionary):
    found = dictionary.complete_prefix("a")
    assert isinstance(found, kv.MatchIterator)
    assert iter(found) is found
    assert isinstance(next(found), kv.Match)
    assert making.keys(found) == ["ab", "abd", "abc"]
    for _ in range(2):
        with pytest.raises(StopIteration):
            next(found)
    with pytest.raises(TypeError):
        len(found)


@pytest.mark.parametrize("lookup", ["match", "search", "search_tokenized", "complete_prefix", "complete_multiword"])
def test_lookups_of_text_give_iterators(kv, dictionary, lookup):
    assert isinstance(getattr(dictionary, lookup)("ab"), kv.MatchIterator)


@pytest.mark.parametrize("lookup", ["match_near", "match_fuzzy", "complete_fuzzy_multiword"])
def test_lookups_with_a_number_give_iterators(kv, dictionary, lookup):
    assert isinstance(getattr(dictionary, lookup)("ab", 1), kv.MatchIterator)


def test_it_outlives_its_dictionary(dictionary, made):
    found = made("completion", ROWS).match_near("a", 0)
    assert making.keys(found) == ["a", "ab", "abc", "abd"]


@pytest.mark.parametrize(
    ("lookup", "arguments"),
    [("complete_prefix", ("a",)), ("complete_multiword", ("a",)), ("complete_fuzzy_multiword", ("a", 1))],
)
def test_a_minimum_weight_cuts_completions(dictionary, lookup, arguments):
    found = getattr(dictionary, lookup)(*arguments)
    assert found.set_min_weight(25) is None
    # The first hit was found before.
    assert making.keys(found) == ["a", "ab", "abd"]


@pytest.mark.parametrize(
    ("lookup", "arguments"),
    [("match", ("ab",)), ("search", ("ab",)), ("match_near", ("ab", 0)), ("match_fuzzy", ("ab", 1, 0))],
)
def test_a_minimum_weight_leaves_other_lookups_alone(dictionary, lookup, arguments):
    expected = making.hits(getattr(dictionary, lookup)(*arguments))
    found = getattr(dictionary, lookup)(*arguments)
    found.set_min_weight(1000)
    assert making.hits(found) == expected


def test_a_minimum_weight_on_the_way(made):
    found = made("completion", [(f"{number:06}", number) for number in range(3000)]).complete_prefix("0")
    assert [next(found).weight for _ in range(3)] == [2999, 2998, 2997]
    found.set_min_weight(2995)
    assert [match.weight for match in found] == [2996, 2995]


def test_a_minimum_weight_has_32_bits(dictionary):
    found = dictionary.complete_prefix("a")
    found.set_min_weight(w=2**32 - 1)
    for wrong in (-1, 2**32):
        with pytest.raises(OverflowError):
            found.set_min_weight(wrong)
    for wrong in ("x", None):
        with pytest.raises(TypeError):
            found.set_min_weight(wrong)
    with pytest.raises(TypeError):
        found.set_min_weight()


def test_generators_have_no_minimum_weight(dictionary):
    with pytest.raises(AttributeError):
        dictionary.keys().set_min_weight(1)
