"""The wire form of a match: `dumps` byte for byte, `loads` of what it gives and of damaged forms."""

import msgpack
import pytest

import making

FORMS = {
    "key-only": b"\x94\xc4\x00\xc4\x02ab\x00\x02",
    "int": b"\x94\xc4\x04\x00\xcd\x01\x2c\xc4\x02ab\x00\x02",
    "completion": b"\x94\xc4\x04\x00\xcd\x01\x2c\xc4\x02ab\x00\x02",
    "string": b"\x94\xc4\x08\x00\xa6zw\xc3\xb6lf\xc4\x02ab\x00\x02",
    "json": b"\x94\xc4\x06\x00\xa4text\xc4\x02ab\x00\x02",
    "float-vector": b"\x94\xc4\x0d\x00" + bytes(12) + b"\xc4\x02ab\x00\x02",
}


@pytest.mark.parametrize("kind", FORMS)
def test_stored_matches(kv, made, kind):
    match = made(kind)["ab"]
    assert match.dumps() == FORMS[kind]
    twin = kv.Match.loads(FORMS[kind])
    assert isinstance(twin, kv.Match)
    assert (twin.start, twin.end, twin.score, twin.matched_string) == (0, 2, 0.0, "ab")
    assert twin.weight == 0
    assert bool(twin) is True
    assert twin.dumps() == FORMS[kind]
    assert twin.raw_value_as_string() == match.raw_value_as_string()
    if kind != "float-vector":
        assert twin.value == match.value
    if kind != "key-only":
        assert twin.msgpacked_value_as_string() == match.msgpacked_value_as_string()


def test_text_of_loaded_values_is_json(kv, made):
    texts = {kind: kv.Match.loads(made(kind)["ab"].dumps()).value_as_string() for kind in making.FEW_VALUES}
    assert texts == {"key-only": "", "int": "300", "completion": "300", "string": '"zwölf"', "json": '"text"'}


def test_compressed_values_stay_compressed(kv, made):
    match = made("json", [("a", '"%s"' % ("y" * 100))], {"compression": "zlib"})["a"]
    twin = kv.Match.loads(match.dumps())
    assert twin.raw_value_as_string() == match.raw_value_as_string()
    assert twin.raw_value_as_string()[:2] == b"\x01\x78"
    assert twin.value == match.value == "y" * 100


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        ({}, b"\x90"),
        ({"matched_string": "k"}, b"\x92\xc4\x00\xc4\x01k"),
        ({"start": 1}, b"\x93\xc4\x00\xc4\x00\x01"),
        ({"end": 300}, b"\x94\xc4\x00\xc4\x00\x00\xcd\x01\x2c"),
        ({"score": 1.25}, b"\x95\xc4\x00\xc4\x00\x00\x00\xcb?\xf4\x00\x00\x00\x00\x00\x00"),
        (
            {"start": 3, "end": 5, "score": 0.5, "matched_string": "k"},
            b"\x95\xc4\x00\xc4\x01k\x03\x05\xcb?\xe0" + bytes(6),
        ),
    ],
    ids=lambda value: ",".join(value) or "nothing" if isinstance(value, dict) else "",
)
def test_empty_members_at_the_end_are_left_out(kv, fields, form):
    match = kv.Match()
    for name, value in fields.items():
        setattr(match, name, value)
    assert match.dumps() == form
    twin = kv.Match.loads(form)
    assert {name: getattr(twin, name) for name in fields} == fields
    assert twin.dumps() == form


def test_a_changed_match_of_a_dictionary(made):
    match = made("int")["a"]
    match.matched_string, match.score, match.end = "zz", 2, 9
    assert match.dumps() == b"\x95\xc4\x02\x00\x01\xc4\x02zz\x00\x09\xcb@" + bytes(7)
    assert match.value == 1


def test_members_may_be_text_and_more_than_known(kv):
    match = kv.Match.loads(msgpack.dumps(["\0\x01", "key", 1, 2, 0.5, "extra"]))
    assert (match.value, match.matched_string, match.start, match.end, match.score) == (1, "key", 1, 2, 0.5)
    assert match.dumps() == msgpack.dumps([b"\x00\x01", b"key", 1, 2, 0.5])


def test_loads_belongs_to_the_class(kv):
    form = FORMS["int"]
    assert kv.Match().loads(form).value == kv.Match.loads(form).value == 300
    assert kv.Match.loads(serialized_match=form).value == 300


@pytest.mark.parametrize(
    ("form", "error"),
    [
        (b"", ValueError),
        (b"\xc1", ValueError),
        (b"\x94\xc4", ValueError),
        (b"\x90\x90", ValueError),
        (msgpack.dumps({1: 2}), ValueError),
        (msgpack.dumps(5), TypeError),
        (msgpack.dumps([1, 2]), TypeError),
        (msgpack.dumps([b"", b"", "x"]), TypeError),
        (msgpack.dumps([b"", b"", -1]), OverflowError),
        ("text", TypeError),
        (None, TypeError),
    ],
    ids=repr,
)
def test_damaged_forms(kv, form, error):
    with pytest.raises(error):
        kv.Match.loads(form)


@pytest.mark.parametrize(
    ("raw", "value_error", "text_error"),
    [
        (b"\x09\x01", ValueError, ValueError),
        (b"\x01\x01", RuntimeError, RuntimeError),
        (b"\x00\xc1", ValueError, RuntimeError),
    ],
    ids=["unknown code", "broken zlib", "no msgpack"],
)
def test_damaged_values(kv, raw, value_error, text_error):
    match = kv.Match.loads(msgpack.dumps([raw]))
    assert match.dumps() == msgpack.dumps([raw])
    with pytest.raises(value_error):
        match.value
    with pytest.raises(text_error):
        match.value_as_string()
