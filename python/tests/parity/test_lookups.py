"""Look-ups of a dictionary on small contents: every hit with all its fields, and the arguments they take."""

import pytest

from making import hits, keys

PLACES = [("a", 1), ("ab", 2), ("abc", 3), ("new york", 4), ("york", 5)]
WORDS = [("a", 1), ("ab", 20), ("abc", 3), ("abd", 300), ("zebra", 4)]
PHRASES = [
    ("mozilla firefox", 9),
    ("mozilla", 20),
    ("mr", 10),
    ("firefox mozilla\x1bmozilla firefox", 9),
    ("firefox\x1bmozilla firefox", 3),
]


@pytest.fixture
def places(made):
    return made("int", PLACES)


@pytest.fixture
def words(made):
    return made("completion", WORDS)


@pytest.fixture
def phrases(made):
    return made("completion", PHRASES)


def test_match(places):
    for found in (places.match("ab"), places.match(b"ab"), places.match(key="ab")):
        assert hits(found) == [("ab", 0, 2, 0.0, 0, 2)]
    assert hits(places.match("abx")) == hits(places.match("")) == []


def test_search(places):
    assert hits(places.search("new york")) == [("new york", 0, 8, 0.0, 0, 4)]
    assert hits(places.search("abc def")) == [("abc", 0, 3, 0.0, 0, 3)]
    assert hits(places.search(key=b"ab")) == [("ab", 0, 2, 0.0, 0, 2)]
    for nothing in ("abcd", "in york", "zz", ""):
        assert hits(places.search(nothing)) == []


def test_search_tokenized(places):
    found = places.search_tokenized("in new york ab")
    assert hits(found) == [("new york", 3, 11, 0.0, 0, 4), ("york", 7, 11, 0.0, 0, 5), ("ab", 12, 14, 0.0, 0, 2)]
    assert hits(places.search_tokenized(text=b"york")) == [("york", 0, 4, 0.0, 0, 5)]
    # A space at the start parts nothing.
    assert hits(places.search_tokenized(" ab")) == hits(places.search_tokenized("")) == []


@pytest.mark.parametrize("lookup", ["match", "search", "search_tokenized"])
def test_text_is_asked_for(places, lookup):
    for wrong in (1, None, ["a"], bytearray(b"a")):
        with pytest.raises(AssertionError):
            getattr(places, lookup)(wrong)
    for arguments in ((), ("a", "b")):
        with pytest.raises(TypeError):
            getattr(places, lookup)(*arguments)


def test_match_near(places):
    # The first hit is named by the query.
    expected = [("abx", 0, 3, 1.0, 0, 1), ("ab", 0, 2, 2.0, 0, 2), ("abc", 0, 3, 2.0, 0, 3)]
    for arguments in (("abx", 1), (b"abx", 1), ("abx", True), ("abx", 1, False), ("abx", 1, True)):
        assert hits(places.match_near(*arguments)) == expected
    assert hits(places.match_near("abx", 5)) == hits(places.match_near("q", 1)) == []
    assert keys(places.match_near("", 0)) == [key for key, _ in PLACES]


def test_match_near_takes_the_nearest_unless_greedy(made):
    hashes = made("int", [("u281wu88kekq", 1), ("u21xj502gs79", 2), ("u281z7hfvzq9", 3), ("u0vu7uqfyqkg", 4)])
    assert keys(hashes.match_near("u281wu88kekq", 2)) == ["u281wu88kekq"]
    assert keys(hashes.match_near("u281wu8bmzzz", 2)) == ["u281wu88kekq"]
    assert keys(hashes.match_near("u281wu8bmzzz", 2, True)) == ["u281wu88kekq", "u281z7hfvzq9", "u21xj502gs79"]
    assert keys(hashes.match_near("pzrv", 0, True)) == ["u0vu7uqfyqkg", "u21xj502gs79", "u281wu88kekq", "u281z7hfvzq9"]
    assert [match.score for match in hashes.match_near("u281wu8bmzzz", 2, True)] == [7.0, 4.0, 2.0]


def test_match_fuzzy(places):
    expected = [("ab", 0, 2, 1.0, 0, 2), ("abc", 0, 3, 1.0, 0, 3)]
    for arguments in (("abx", 1), (b"abx", 1), ("abx", True), ("abx", 1, 1), ("abx", 1, 0), (b"ab\xff", 1, 1)):
        assert hits(places.match_fuzzy(*arguments)) == expected
    assert hits(places.match_fuzzy("new yrok", 1)) == [("new york", 0, 8, 1.0, 0, 4)]
    # Two characters have to agree unless it is said otherwise, and nothing is shorter than that.
    for nothing in (("abx", 0), ("abx", -1), ("abc", -1, 1), ("a", 3), ("xbc", 1), (b"\xff\xfe", 1, 0)):
        assert hits(places.match_fuzzy(*nothing)) == []


def test_match_fuzzy_at_any_distance(places):
    expected = [("a", 2.0), ("ab", 1.0), ("abc", 1.0), ("new york", 8.0), ("york", 4.0)]
    for distance in (10, 1000, 2**31 - 1):
        assert [(match.matched_string, match.score) for match in places.match_fuzzy("abx", distance, 0)] == expected


def test_match_fuzzy_counts_characters(made):
    dictionary = made("int", [("zürich", 1), ("münchen", 2), ("東京都", 3)])
    assert hits(dictionary.match_fuzzy("zurich", 1, 1)) == [("zürich", 0, 6, 1.0, 0, 1)]
    assert hits(dictionary.match_fuzzy("東京", 1)) == [("東京都", 0, 3, 1.0, 0, 3)]


def test_complete_prefix(words):
    expected = [
        ("a", 0, 1, 0.0, 1, 1),
        ("ab", 0, 2, 0.0, 20, 20),
        ("abd", 0, 3, 0.0, 300, 300),
        ("abc", 0, 3, 0.0, 3, 3),
    ]
    for arguments in (("a",), (b"a",), ("a", 10**6)):
        assert hits(words.complete_prefix(*arguments)) == expected
    assert keys(words.complete_prefix("")) == ["a", "ab", "abd", "abc", "zebra"]
    assert hits(words.complete_prefix("q")) == hits(words.complete_prefix("abcd")) == []


def test_top_n_is_a_filter(words):
    # More than one come, the best among them.
    assert keys(words.complete_prefix("a", 1)) == keys(words.complete_prefix("a", True)) == ["a", "ab", "abd"]
    assert keys(words.complete_prefix("ab", 2)) == ["ab", "abd", "abc"]
    assert keys(words.complete_multiword("a", 1)) == ["a", "ab", "abd"]


def test_completions_without_weights_come_in_order(places):
    assert keys(places.complete_prefix("a", 1)) == ["a", "ab", "abc"]
    assert keys(places.complete_multiword("n")) == []
    assert keys(places.complete_multiword("new y")) == ["new york"]


def test_complete_multiword(phrases):
    assert hits(phrases.complete_multiword("mozilla f")) == [("mozilla firefox", 0, 15, 0.0, 9, 9)]
    # The last word may be any, the others are sorted; what comes has the end of the stored key.
    assert hits(phrases.complete_multiword("firefox m")) == [("mozilla firefox", 0, 31, 0.0, 9, 9)]
    assert hits(phrases.complete_multiword("f")) == [("mozilla firefox", 0, 23, 0.0, 3, 3)]
    assert hits(phrases.complete_multiword(b"m", 5)) == [("mozilla", 0, 7, 0.0, 20, 20), ("mr", 0, 2, 0.0, 10, 10)]


def test_complete_fuzzy_multiword(words, phrases):
    # A key that is shorter than the query may come with a score beyond the distance.
    expected = [
        ("a", 0, 1, 2.0, 1, 1),
        ("ab", 0, 2, 1.0, 20, 20),
        ("abd", 0, 3, 1.0, 300, 300),
        ("abc", 0, 3, 1.0, 3, 3),
    ]
    assert hits(words.complete_fuzzy_multiword("abx", 1)) == expected
    assert hits(words.complete_fuzzy_multiword(b"abx", 1, 1)) == expected[1:]
    assert hits(words.complete_fuzzy_multiword("abx", -1)) == []
    assert hits(phrases.complete_fuzzy_multiword("mozila f", 1)) == [
        ("mozilla", 0, 7, 2.0, 20, 20),
        ("mozilla firefox", 0, 15, 1.0, 9, 9),
        ("mr", 0, 2, 2.0, 10, 10),
    ]


WRONG = [
    ("match_near", ("abx",)),
    ("match_near", ("abx", -1)),
    ("match_near", ("abx", "1")),
    ("match_near", ("abx", 1.0)),
    ("match_near", ("abx", 1, 1)),
    ("match_near", (1, 1)),
    ("match_fuzzy", ("abx",)),
    ("match_fuzzy", ("abx", "1")),
    ("match_fuzzy", ("abx", None)),
    ("match_fuzzy", ("abx", 1, -1)),
    ("match_fuzzy", (None, 1)),
    ("complete_prefix", ()),
    ("complete_prefix", (1,)),
    ("complete_prefix", ("a", -1)),
    ("complete_prefix", ("a", "1")),
    ("complete_prefix", ("a", 1, 2)),
    ("complete_multiword", (1,)),
    ("complete_multiword", ("a", -1)),
    ("complete_fuzzy_multiword", ("abx",)),
    ("complete_fuzzy_multiword", ("abx", 1, -1)),
    ("complete_fuzzy_multiword", (1, 1)),
]


@pytest.mark.parametrize(("lookup", "arguments"), WRONG, ids=repr)
def test_wrong_arguments(kv, words, lookup, arguments):
    with kv.refuses():
        getattr(words, lookup)(*arguments)


@pytest.mark.parametrize(
    ("lookup", "arguments"),
    [
        ("match_near", ("abx", 2**64)),
        ("match_fuzzy", ("abx", 2**31)),
        ("match_fuzzy", ("abx", 1, 2**64)),
        ("complete_prefix", ("a", 2**64)),
        ("complete_multiword", ("a", 2**64)),
        ("complete_fuzzy_multiword", ("a", -(2**31) - 1)),
    ],
)
def test_numbers_beyond_any_size(words, lookup, arguments):
    with pytest.raises(OverflowError):
        getattr(words, lookup)(*arguments)


@pytest.mark.parametrize(
    ("lookup", "arguments"),
    [
        ("match_near", {"key": "a", "minimum_prefix_length": 1}),
        ("match_fuzzy", {"key": "a", "max_edit_distance": 1}),
        ("complete_prefix", {"key": "a"}),
        ("complete_multiword", {"key": "a"}),
        ("complete_fuzzy_multiword", {"key": "a", "max_edit_distance": 1}),
    ],
)
def test_arguments_without_names(words, lookup, arguments):
    with pytest.raises(TypeError):
        getattr(words, lookup)(**arguments)


def test_completions_of_keys_that_are_not_utf_8(made):
    dictionary = made("completion", [(b"aa\x80", 5), (b"aab", 3)])
    assert [match.dumps() for match in dictionary.complete_prefix("a")] == [
        b"\x94\xc4\x02\x00\x05\xc4\x03aa\x80\x00\x03",
        b"\x94\xc4\x02\x00\x03\xc4\x03aab\x00\x03",
    ]


@pytest.mark.parametrize(
    ("lookup", "arguments"), [("match_fuzzy", ("aa", 1, 0)), ("complete_fuzzy_multiword", ("aa", 1, 0))]
)
def test_keys_that_are_not_utf_8_end_a_fuzzy_lookup(kv, made, lookup, arguments):
    dictionary = made("key-only", [(b"\xffa",)])
    if kv.ours:
        # A byte that is not UTF-8 is a character of its own.
        assert [(match.key, match.score) for match in getattr(dictionary, lookup)(*arguments)] == [(b"\xffa", 1.0)]
        return
    with pytest.raises(ValueError):
        list(getattr(dictionary, lookup)(*arguments))
