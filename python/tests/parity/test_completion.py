"""The completers that stand alone: of prefixes, of words in any order, of both ends of a phrase."""

import pytest

from making import hits, keys

WORDS = [("a", 1), ("ab", 20), ("abc", 3), ("abd", 300), ("zebra", 4)]
PHRASES = [
    ("mozilla firefox", 9),
    ("mozilla", 20),
    ("mr", 10),
    ("firefox mozilla\x1bmozilla firefox", 9),
    ("firefox\x1bmozilla firefox", 3),
]
# Phrases by how often they are asked for, as they stand and backwards.
QUERIES = [
    ("bayern munich", 80),
    ("bayern munich tickets", 31),
    ("fc bayern munich", 77),
    ("munich airport", 60),
    ("munich airport hotel", 22),
    ("munich hotel", 55),
    ("cheap munich hotel", 51),
    ("hotel", 99),
]
COMPLETERS = ("PrefixCompletion", "MultiWordCompletion", "ForwardBackwardCompletion")


@pytest.fixture(params=COMPLETERS)
def completer(kv, made, request):
    """A completer of each class, of words."""
    dictionaries = [made("completion", WORDS) for _ in range(1 + request.param.startswith("Forward"))]
    return getattr(kv.completion, request.param)(*dictionaries)


@pytest.fixture
def prefix(kv, made):
    return kv.completion.PrefixCompletion(made("completion", WORDS))


def test_a_completer_is_made_of_dictionaries(kv, made):
    dictionary = made("completion", WORDS)
    for name in COMPLETERS[:2]:
        factory = getattr(kv.completion, name)
        assert isinstance(factory(in_0=dictionary), factory)
        for wrong in ((), (1,), ("path",), (dictionary, dictionary), (kv.Match(),)):
            with pytest.raises(TypeError):
                factory(*wrong)
        with pytest.raises(AssertionError):
            factory(None)
    factory = kv.completion.ForwardBackwardCompletion
    assert isinstance(factory(in_0=dictionary, in_1=dictionary), factory)
    for wrong in ((), (dictionary,), (1, 2), (dictionary, "path")):
        with pytest.raises(TypeError):
            factory(*wrong)


def test_a_completer_outlives_its_dictionary(completer):
    assert set(keys(completer.complete("a"))) == {"a", "ab", "abc", "abd"}


def test_it_gives_iterators(kv, completer):
    assert isinstance(completer.complete("a"), kv.MatchIterator)
    assert isinstance(completer.complete(b"a", 5), kv.MatchIterator)
    assert hits(completer.complete("q")) == hits(completer.complete("abcd")) == []


@pytest.mark.parametrize("arguments", [(), (1,), (None,), ("a", "1"), ("a", None), ("a", 1, 2)], ids=repr)
def test_wrong_arguments(kv, completer, arguments):
    with kv.refuses():
        completer.complete(*arguments)


def test_numbers_have_32_bits(completer):
    with pytest.raises(OverflowError):
        completer.complete("a", 2**31)


def test_arguments_have_no_names(completer):
    with pytest.raises(TypeError):
        completer.complete(in_0="a")


def test_prefix_completions(prefix):
    expected = [
        ("a", 0, 1, 0.0, 1, 1),
        ("ab", 0, 2, 0.0, 20, 20),
        ("abd", 0, 3, 0.0, 300, 300),
        ("abc", 0, 3, 0.0, 3, 3),
    ]
    for arguments in (("a",), (b"a",), ("a", 4)):
        assert hits(prefix.complete(*arguments)) == expected
    assert hits(prefix.complete("a", 1)) == expected[:3]
    assert keys(prefix.complete("")) == ["a", "ab", "abd", "abc", "zebra"]


def test_ten_completions_by_default(kv, made):
    dictionary = made("completion", [(f"a{number:02}", 100 + number) for number in range(50)])
    completer = kv.completion.PrefixCompletion(dictionary)
    best = [100 + number for number in range(49, 39, -1)]
    assert sorted((match.weight for match in completer.complete("a")), reverse=True)[:10] == best
    assert len(hits(completer.complete("a"))) < 50
    assert len(hits(completer.complete("a", 50))) == 50


def test_completions_without_weights(kv, made):
    completer = kv.completion.PrefixCompletion(made("int", [("a", 1), ("ab", 2), ("abc", 3)]))
    assert hits(completer.complete("a", 1)) == [
        ("a", 0, 1, 0.0, 0, 1),
        ("ab", 0, 2, 0.0, 0, 2),
        ("abc", 0, 3, 0.0, 0, 3),
    ]


def test_fuzzy_completions(prefix):
    best = [("ab", 0, 2, 1.0, 20, 20), ("abd", 0, 3, 1.0, 300, 300), ("abc", 0, 3, 1.0, 3, 3)]
    # Two characters have to agree unless it is said otherwise, and then the key they make does not come.
    assert hits(prefix.complete_fuzzy("abx", 1)) == hits(prefix.complete_fuzzy(b"abx", 1, 2)) == best[1:]
    assert hits(prefix.complete_fuzzy("abx", 1, 1)) == hits(prefix.complete_fuzzy("abx", 1, 0)) == best
    assert keys(prefix.complete_fuzzy("a", 1)) == ["a", "ab", "abd", "abc"]
    assert hits(prefix.complete_fuzzy("abx", 0)) == hits(prefix.complete_fuzzy("abx", -1)) == []


@pytest.mark.parametrize(
    "arguments", [(), ("abx",), (1, 1), ("abx", "1"), ("abx", 1, -1), ("abx", 1, "1"), ("abx", 1, 1, 1)], ids=repr
)
def test_wrong_arguments_of_fuzzy_completions(kv, prefix, arguments):
    with kv.refuses():
        prefix.complete_fuzzy(*arguments)


def test_a_minimum_weight_does_not_cut(prefix):
    for found in (prefix.complete("a"), prefix.complete_fuzzy("abx", 1, 0)):
        found.set_min_weight(25)
        assert keys(found)[-2:] == ["abd", "abc"]


def test_words_in_any_order(kv, made):
    completer = kv.completion.MultiWordCompletion(made("completion", PHRASES))
    assert hits(completer.complete("mozilla f")) == [("mozilla firefox", 0, 15, 0.0, 9, 9)]
    assert hits(completer.complete("firefox m", 3)) == [("mozilla firefox", 0, 31, 0.0, 9, 9)]
    assert hits(completer.complete(b"m")) == [("mozilla", 0, 7, 0.0, 20, 20), ("mr", 0, 2, 0.0, 10, 10)]


@pytest.fixture
def both_ends(kv, made):
    backwards = [(phrase[::-1], weight) for phrase, weight in QUERIES]
    return kv.completion.ForwardBackwardCompletion(made("completion", QUERIES), made("completion", backwards))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # Short queries are completed forwards alone.
        ("mu", [("munich airport", 60), ("munich hotel", 55), ("munich airport hotel", 22)]),
        ("munich hot", [("munich hotel", 55), ("cheap munich hotel", 51)]),
        ("bayern m", [("bayern munich", 80), ("fc bayern munich", 77), ("bayern munich tickets", 31)]),
        ("hotel", [("hotel", 99), ("munich hotel", 55), ("cheap munich hotel", 51), ("munich airport hotel", 22)]),
        ("nothing", []),
    ],
)
def test_both_ends_of_phrases(both_ends, query, expected):
    found = hits(both_ends.complete(query))
    # The score is the weight.
    assert [(phrase, weight) for phrase, _, _, score, weight, _ in found if score == weight] == expected
    assert hits(both_ends.complete(query, 10)) == found


def test_the_best_of_both_ends(both_ends):
    scores = [match.score for match in both_ends.complete("munich", 1)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 60


def test_completions_of_an_empty_dictionary(kv, made):
    empty = made("completion", [])
    assert hits(kv.completion.PrefixCompletion(empty).complete("a")) == []
    assert hits(kv.completion.PrefixCompletion(empty).complete_fuzzy("ab", 1)) == []
    assert hits(kv.completion.MultiWordCompletion(empty).complete("a b")) == []
    assert hits(kv.completion.ForwardBackwardCompletion(empty, empty).complete("munich hotel")) == []
