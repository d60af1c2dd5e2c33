"""A match: its fields, its attributes, its truth."""

import math
import struct

import pytest


@pytest.fixture
def match(kv):
    return kv.Match()


def test_a_fresh_match_is_empty(match):
    assert (match.start, match.end, match.score, match.weight) == (0, 0, 0.0, 0)
    assert (match.matched_string, match.value, match.value_as_string()) == ("", None, "")
    assert (match.raw_value_as_string(), match.msgpacked_value_as_string()) == (b"", b"")
    assert match.msgpacked_value_as_string(1) == b""
    assert type(match.score) is float
    assert bool(match) is False


def test_the_constructor_takes_nothing(kv):
    with pytest.raises(TypeError):
        kv.Match(1)
    with pytest.raises(TypeError):
        kv.Match(start=1)


def test_fields_are_set(match):
    match.start, match.end, match.score, match.matched_string = 3, 5, 1.25, "abc"
    assert (match.start, match.end, match.score, match.matched_string) == (3, 5, 1.25, "abc")
    match.matched_string = "zürich".encode()
    assert match.matched_string == "zürich"


def test_scores_have_32_bits(match):
    match.score = 0.1
    assert match.score == struct.unpack("f", struct.pack("f", 0.1))[0]
    match.score = 3
    assert match.score == 3.0


@pytest.mark.parametrize("field", ["start", "end"])
def test_positions_are_whole_numbers(match, field):
    for wrong in (-1, 2**64):
        with pytest.raises(OverflowError):
            setattr(match, field, wrong)
    with pytest.raises(TypeError):
        setattr(match, field, "x")
    setattr(match, field, 2**64 - 1)
    assert getattr(match, field) == 2**64 - 1


def test_scores_are_numbers(match):
    with pytest.raises(TypeError):
        match.score = "x"


@pytest.mark.parametrize("field", ["weight", "value"])
def test_some_fields_are_read_only(match, field):
    with pytest.raises(AttributeError):
        setattr(match, field, 3)


def test_there_are_no_other_fields(match):
    with pytest.raises(AttributeError):
        match.other = 3


def test_a_matched_string_that_is_not_utf_8_is_not_text(match):
    match.matched_string = b"\xff"
    with pytest.raises(UnicodeDecodeError):
        match.matched_string
    assert match.dumps() == b"\x92\xc4\x00\xc4\x01\xff"


def test_a_match_is_true_with_a_place(kv):
    for field in ("start", "end"):
        match = kv.Match()
        setattr(match, field, 1)
        assert bool(match) is True
    match = kv.Match()
    match.score, match.matched_string = 1.0, "a"
    assert bool(match) is False


def test_matches_are_compared_by_identity(kv, match):
    assert match == match
    assert match != kv.Match()
    assert hash(match) == hash(match)


def test_a_match_is_no_sequence(match):
    with pytest.raises(TypeError):
        len(match)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (1, 1),
        (-7, -7),
        (2**31 - 1, 2**31 - 1),
        ("text", "text"),
        ("zürich", "zürich"),
        (b"bytes", "bytes"),
        (2.5, 2.5),
        (0.1, struct.unpack("f", struct.pack("f", 0.1))[0]),
        (True, True),
        (False, False),
    ],
)
def test_attributes(match, value, read):
    match["name"] = value
    assert match["name"] == match[b"name"] == read
    assert type(match["name"]) is type(read)
    match[b"other"] = "x"
    assert match["other"] == "x"
    assert match["name"] == read


def test_attributes_of_other_types_are_refused(kv, match):
    for value in ([1], None, {}, 1j):
        with kv.refuses("Unsupported Value Type"):
            match["name"] = value


def test_integer_attributes_have_32_bits(match):
    for value in (2**31, -(2**31) - 1):
        with pytest.raises(OverflowError):
            match["name"] = value


def test_names_of_attributes_are_text(match):
    with pytest.raises(TypeError):
        match[1] = 1
    with pytest.raises(TypeError):
        match[1]
    with pytest.raises(TypeError):
        list(match)


def test_missing_attributes(match):
    with pytest.raises(RuntimeError):
        match["name"]
    match["name"] = 1
    with pytest.raises(RuntimeError):
        match["other"]


def test_attributes_are_not_deleted(match):
    match["name"] = 1
    with pytest.raises(NotImplementedError):
        del match["name"]


@pytest.mark.parametrize(
    ("kind", "name", "texts"),
    [("int", "weight", "1 300"), ("completion", "weight", "1 300"), ("string", "value", "one zwölf")],
)
def test_a_stored_value_is_an_attribute(made, kind, name, texts):
    dictionary = made(kind)
    for key, text in zip(("a", "ab"), texts.split(" "), strict=True):
        match = dictionary[key]
        assert match[name] == text
        with pytest.raises(RuntimeError):
            match["other"]
        match["other"] = 5
        assert (match["other"], match[name]) == (5, text)


def test_matches_have_a_place_and_a_weight(made):
    for kind, weights in (
        ("int", (0, 0)),
        ("completion", (1, 300)),
        ("string", (0, 0)),
        ("json", (0, 0)),
        ("key-only", (0, 0)),
    ):
        dictionary = made(kind)
        for key, weight in zip(("a", "ab"), weights, strict=True):
            match = dictionary[key]
            assert (match.start, match.end, match.score, match.weight) == (0, len(key), 0.0, weight)
            assert match.matched_string == key
            assert match


def test_weights_have_32_bits(made):
    dictionary = made("completion", [("a", 2**32), ("b", 2**32 + 7), ("c", 2**40 - 1)])
    assert [dictionary[key].weight for key in "abc"] == [0, 7, 2**32 - 1]
    assert [dictionary[key].value for key in "abc"] == [2**32, 2**32 + 7, 2**40 - 1]


def test_a_match_outlives_its_dictionary(made):
    dictionary = made("json")
    match = dictionary["a"]
    del dictionary
    assert match.value == {"x": 1, "l": [1.5, None, True]}


def test_classes_are_derived_from(kv):
    derived = type("Derived", (kv.Match,), {"double": lambda self: 2 * self.end})()
    derived.end, derived.note = 3, "kept"
    assert (derived.double(), derived.note) == (6, "kept")


def test_nan_scores(match):
    match.score = math.nan
    assert math.isnan(match.score)
