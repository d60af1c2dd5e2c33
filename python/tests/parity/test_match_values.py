"""The value of a match, in each of its forms, for each kind of dictionary."""

import json
import math
import struct
import zlib

import msgpack
import pytest

import making

FLOATS = struct.pack("<3f", 1.0, 2.5, -3.0)
# kind, msgpack form and text of the value of `a` in `making.FEW`
FORMS = [
    ("key-only", b"\xc0", ""),
    ("int", b"\x01", "1"),
    ("completion", b"\x01", "1"),
    ("string", b"\xa3one", "one"),
    ("json", b"\x82\xa1x\x01\xa1l\x93\xcb?\xf8\x00\x00\x00\x00\x00\x00\xc0\xc3", '{"x":1,"l":[1.5,null,true]}'),
    ("float-vector", FLOATS, "1, 2.5, -3"),
]
# Texts that `JsonDictionaryCompiler` takes, with `value` and `value_as_string()`.
DOCUMENTS = [
    ("null", None, "null"),
    ("true", True, "true"),
    (" 1 ", 1, "1"),
    ("-0", 0, "0"),
    ("1.0", 1, "1"),
    ("1.5", 1.5, "1.5"),
    ("-7", -7, "-7"),
    ("18446744073709551615", 2**64 - 1, "18446744073709551615"),
    ("-9223372036854775808", -(2**63), "-9223372036854775808"),
    ("18446744073709551616", 2.0**64, "18446744073709552000.0"),
    ("NaN", math.nan, "NaN"),
    ("Inf", math.inf, "Infinity"),
    ("-Infinity", -math.inf, "-Infinity"),
    ('"é\\n\\u00e9"', "é\né", '"é\\né"'),
    ('{"1":2,"a":{"b":[{}]},"ü":""}', {"1": 2, "a": {"b": [{}]}, "ü": ""}, '{"1":2,"a":{"b":[{}]},"ü":""}'),
    # What is not JSON is text.
    ("", "", '""'),
    ("plain", "plain", '"plain"'),
    ("nan", "nan", '"nan"'),
    ("1e400", "1e400", '"1e400"'),
    ("[1,2,]", "[1,2,]", '"[1,2,]"'),
    ('{"a":1}x', '{"a":1}x', '"{\\"a\\":1}x"'),
    ("{'a':1}", "{'a':1}", "\"{'a':1}\""),
    ('"\\ud800"', '"\\ud800"', '"\\"\\\\ud800\\""'),
]


@pytest.mark.parametrize(("kind", "packed", "text"), FORMS, ids=making.KINDS)
def test_forms_of_a_value(made, kind, packed, text):
    match = made(kind)["a"]
    assert match.msgpacked_value_as_string() == match.msgpacked_value_as_string(0) == packed
    assert match.value_as_string() == text
    assert match.raw_value_as_string() == (b"" if kind == "key-only" else b"\x00" + packed)


@pytest.mark.parametrize("kind", making.FEW_VALUES)
def test_values(made, kind):
    dictionary = made(kind)
    assert [dictionary[key].value for key in ("a", "ab", "b")] == making.FEW_VALUES[kind]


@pytest.mark.parametrize(("kind", "packed", "text"), FORMS, ids=making.KINDS)
def test_compressed_forms(kv, made, kind, packed, text):
    match = made(kind)["a"]
    # What a compressor writes is its own business, so the snappy and zstd forms are read back through a match.
    for code in (1, 2, 3):
        found = match.msgpacked_value_as_string(code)
        twin = kv.Match.loads(msgpack.dumps([bytes([code]) + found]))
        assert twin.msgpacked_value_as_string() == packed
        assert twin.msgpacked_value_as_string(code) == found
    assert zlib.decompress(match.msgpacked_value_as_string(kv.CompressionAlgorithm.ZLIB_COMPRESSION)) == packed
    assert match.msgpacked_value_as_string(3)[:4] == b"\x28\xb5\x2f\xfd"


@pytest.mark.parametrize("compression", ["", "none", "raw", "zlib", "ZIP", "z", "snappy", "Zstd"])
@pytest.mark.parametrize("kind", ["json", "float-vector"])
def test_stored_compression(made, kind, compression):
    rows = {"json": [("a", json.dumps({"x": "y" * 100}))], "float-vector": [("a", [1.5] * 40)]}[kind]
    params = {"compression": compression} | ({"vector_size": "40"} if kind == "float-vector" else {})
    match = made(kind, rows, params)["a"]
    code = {"": 0, "n": 0, "r": 0, "z": 1, "s": 2}[compression[:1].lower()] if compression != "Zstd" else 3
    raw = match.raw_value_as_string()
    assert raw[0] == code
    # What is stored in the form that is asked for is given as it is.
    assert match.msgpacked_value_as_string(code) == raw[1:]
    expected = msgpack.dumps({"x": "y" * 100}) if kind == "json" else struct.pack("<40f", *[1.5] * 40)
    assert match.msgpacked_value_as_string() == expected
    assert match.value_as_string() == ('{"x":"%s"}' % ("y" * 100) if kind == "json" else ", ".join(["1.5"] * 40))


@pytest.mark.parametrize("wrong", [(4,), (-1,), ("x",), (None,), (0, 1)], ids=repr)
def test_unknown_compressions(kv, made, wrong):
    with kv.refuses():
        made("int")["a"].msgpacked_value_as_string(*wrong)


def test_compressions_have_no_name(made):
    with pytest.raises(TypeError):
        made("int")["a"].msgpacked_value_as_string(in_0=1)


@pytest.mark.parametrize(("document", "value", "text"), DOCUMENTS, ids=[text for *_, text in DOCUMENTS])
def test_documents(made, document, value, text):
    match = made("json", [("a", document)])["a"]
    assert match.value == value or (math.isnan(value) and math.isnan(match.value))
    assert type(match.value) is type(value)
    assert match.value_as_string() == text


@pytest.mark.parametrize(("document", "value", "text"), DOCUMENTS, ids=[text for *_, text in DOCUMENTS])
def test_strings_that_are_documents(kv, made, document, value, text):
    """The value of a string is what its text means as JSON; the text itself stays what it is."""
    match = made("string", [("a", document)])["a"]
    assert match.value == value or (math.isnan(value) and math.isnan(match.value))
    assert type(match.value) is type(value)
    assert match.value_as_string() == match["value"] == document
    # The raw form is the text in msgpack, so a match that has been sent has the text as its value.
    assert match.raw_value_as_string() == b"\x00" + msgpack.dumps(document)
    assert kv.Match.loads(match.dumps()).value == document


def test_every_access_gives_a_new_object(made):
    match = made("json")["a"]
    match.value["x"] = 2
    assert match.value["x"] == 1


@pytest.mark.parametrize("kind", ["json", "string"])
def test_values_that_are_not_utf_8(made, kind):
    match = made(kind, [("a", b"\xff\xfe")])["a"]
    with pytest.raises(UnicodeDecodeError):
        match.value
    with pytest.raises(UnicodeDecodeError):
        match.value_as_string()
    assert match.msgpacked_value_as_string() == b"\xa2\xff\xfe"
    assert match.dumps() == b"\x94\xc4\x04\x00\xa2\xff\xfe\xc4\x01a\x00\x01"


def test_floats_are_printed_with_six_digits(made):
    dictionary = made("float-vector", [("a", [1e-9, 123456789.0, 3.14159274]), ("b", [math.nan, 1e300, -0.5])])
    assert dictionary["a"].value_as_string() == "1e-09, 1.23457e+08, 3.14159"
    assert dictionary["b"].value_as_string() == "nan, inf, -0.5"


def test_a_vector_without_numbers(made):
    match = made("float-vector", [("a", [])], {"vector_size": "0"})["a"]
    assert (match.value_as_string(), match.msgpacked_value_as_string()) == ("", b"")


def test_the_value_of_a_float_vector(kv, made):
    match = made("float-vector")["a"]
    if kv.ours:
        assert match.value == [1.0, 2.5, -3.0]
    else:
        # The numbers are taken for msgpack.
        with pytest.raises(msgpack.ExtraData):
            match.value
