"""`keyfold.open` and `Dictionary` as a mapping, against plain dicts."""

import collections.abc
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import keyfold
from keyfold import exceptions

GOLDEN = Path(__file__).resolve().parents[2] / "testdata" / "golden" / "keyvi-0.7.7" / "vector_json.kvv"
KEYS = st.text("ab\u00e9\u4e2d", min_size=1, max_size=6)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=8)
FLOATS = st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3)
KINDS = {
    "int": st.integers(0, 2**64 - 1),
    "completion": st.integers(0, 2**32 - 1),
    "string": TEXTS,
    "json": DOCUMENTS,
    "float-vector": FLOATS,
    "key-only": st.none(),
}
OPTIONS = {"float-vector": {"vector_size": 3}}
RELAXED = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def by_bytes(model):
    """The items of a dict in the order of the keys' bytes."""
    return sorted(model.items(), key=lambda item: item[0].encode())


@pytest.mark.parametrize("kind", KINDS)
@RELAXED
@given(data=st.data())
def test_it_is_the_dict_it_was_made_of(make, layout, kind, data):
    model = data.draw(st.dictionaries(KEYS, KINDS[kind], max_size=12))
    dictionary = keyfold.open(make(model.items(), kind, layout, **OPTIONS.get(kind, {})))
    ordered = by_bytes(model)
    assert list(dictionary.items()) == ordered
    assert list(dictionary) == list(dictionary.keys()) == [key for key, _ in ordered]
    assert list(dictionary.values()) == [value for _, value in ordered]
    assert len(dictionary) == len(model) and bool(dictionary) == bool(model)
    assert (dictionary.first(), dictionary.last()) == ((ordered[0], ordered[-1]) if ordered else (None, None))
    for key, value in model.items():
        assert dictionary[key] == dictionary[key.encode()] == dictionary.get(key) == value
        assert key in dictionary and key.encode() in dictionary
        assert type(dictionary[key]) is type(value)
    asked = data.draw(st.lists(KEYS))
    assert [dictionary.get(key, 0) for key in asked] == [model.get(key, 0) for key in asked]
    assert dictionary.get_many(asked, 0) == [model.get(key, 0) for key in asked]
    assert dictionary.contains_many(asked) == [key in model for key in asked]
    start, stop, prefix = data.draw(KEYS), data.draw(KEYS), data.draw(KEYS)
    between = [item for item in ordered if start.encode() <= item[0].encode() < stop.encode()]
    assert list(dictionary[start:stop]) == list(dictionary.range(start, stop)) == between
    assert list(dictionary[:stop]) == [item for item in ordered if item[0].encode() < stop.encode()]
    assert list(dictionary[start:]) == [item for item in ordered if item[0].encode() >= start.encode()]
    assert list(dictionary.prefix(prefix)) == [item for item in ordered if item[0].startswith(prefix)]
    found = [hit.key for hit in dictionary.prefixes_of(prefix)]
    assert found == sorted((key for key in model if prefix.startswith(key)), key=len)
    longest = dictionary.longest_prefix_of(prefix)
    assert (longest.key if longest else None) == (found[-1] if found else None)
    if layout == "native":
        for rank, item in enumerate(ordered):
            assert (dictionary.rank(item[0]), dictionary.select(rank)) == (rank, item)
        with pytest.raises(IndexError):
            dictionary.select(len(model))


def test_many_keys_in_batches(make, layout):
    model = {f"{number:05}": number for number in range(5000)}
    dictionary = keyfold.open(make(model.items(), "int", layout))
    assert dict(dictionary.items()) == model
    assert list(dictionary.prefix("012")) == [(f"{number:05}", number) for number in range(1200, 1300)]
    both = keyfold.merged([dictionary, dictionary])
    assert list(both) == list(model) and len(both) == 5000


def test_bytes_that_are_no_text(make, layout):
    keys = [b"\xff", b"a\x00b", b"\xc3"]
    dictionary = keyfold.open(make([(key, 1) for key in keys], "int", layout))
    assert list(dictionary) == ["a\0b", b"\xc3", b"\xff"]
    assert dictionary[b"\xff"] == 1
    with pytest.raises(UnicodeEncodeError):
        "\udcff" in dictionary


def test_it_is_a_mapping(make, layout):
    dictionary = keyfold.open(make([("a", 1), ("b", 2)], "int", layout))
    assert isinstance(dictionary, collections.abc.Mapping)
    assert isinstance(dictionary.keys(), collections.abc.KeysView)
    assert isinstance(dictionary.values(), collections.abc.ValuesView)
    assert isinstance(dictionary.items(), collections.abc.ItemsView)
    assert dictionary.keys() & {"a", "z"} == {"a"}
    assert ("a", 1) in dictionary.items() and ("a", 2) not in dictionary.items()
    assert 2 in dictionary.values() and len(dictionary.values()) == 2
    assert dict(dictionary) == {"a": 1, "b": 2} == {**dictionary}
    assert dictionary == dictionary and dictionary != keyfold.open(dictionary.path) and hash(dictionary)
    match dictionary:
        case {"a": found}:
            assert found == 1
        case _:
            raise AssertionError
    assert repr(dictionary.keys()).startswith("<keys of <keyfold.Dictionary")


def test_what_it_says_of_itself(make, layout):
    path = make([("a<", {"x": 1})], "json", layout, manifest="made <today>")
    dictionary = keyfold.open(str(path), strategy="populate")
    assert (dictionary.kind, dictionary.layout, dictionary.manifest) == ("json", layout, "made <today>")
    assert dictionary.path == path
    assert repr(dictionary) == f'<keyfold.Dictionary "{path}": 1 keys, json, {layout} layout>'
    assert "made &lt;today&gt;" in dictionary._repr_html_()
    statistics = dictionary.statistics()
    assert statistics["keys"] == 1 and statistics["file_bytes"] == path.stat().st_size
    assert dictionary.verify()["keys"] == 1


def test_paths(make, monkeypatch):
    path = make([("a", 1)], "int", "native")
    monkeypatch.chdir(path.parent)
    for given_path in (path, str(path), os.fsencode(path), path.name, Path(path.name)):
        with keyfold.open(given_path) as dictionary:
            assert dictionary["a"] == 1 and dictionary.path == path
    with pytest.raises(exceptions.ArgumentError):
        keyfold.open(5)
    with pytest.raises(TypeError):
        keyfold.open(None)
    with pytest.raises(FileNotFoundError) as raised:
        keyfold.open("missing.kf")
    assert raised.value.filename == "missing.kf" and isinstance(raised.value, keyfold.Error)
    with pytest.raises(exceptions.OptionError):
        keyfold.open(path, strategy="quick")


def test_wrong_arguments(make, layout):
    dictionary = keyfold.open(make([("a", 1)], "int", layout))
    for call in (
        lambda: dictionary[5],
        lambda: dictionary.get(None),
        lambda: 5 in dictionary,
        lambda: dictionary.prefix(1),
        lambda: dictionary["a":"b":"c"],
        lambda: dictionary.get_many("abc"),
        lambda: dictionary.get_many([1]),
        lambda: dictionary.get_many(5),
    ):
        with pytest.raises(TypeError) as raised:
            call()
        assert isinstance(raised.value, keyfold.Error)
    with pytest.raises(KeyError) as raised:
        dictionary["z"]
    assert raised.value.args == ("z",) and isinstance(raised.value, keyfold.Error)
    for call in (
        lambda: dictionary.get_many(["a"], as_="list"),
        lambda: dictionary.find("a", boundaries="x"),
        lambda: dictionary.find("a", overlap="x"),
        lambda: dictionary.fuzzy("a", 100),
        lambda: dictionary.search("("),
    ):
        with pytest.raises(ValueError) as raised:
            call()
        assert isinstance(raised.value, keyfold.Error)
    with pytest.raises(ValueError):
        keyfold.open(make([("a", 1)], "int", "keyvi")).rank("a")


def test_closing(make, layout):
    with keyfold.open(make([("a", 1), ("b", 2)], "int", layout)) as dictionary:
        rest = iter(dictionary)
        assert next(rest) == "a" and not dictionary.closed
    assert dictionary.closed and list(rest) == ["b"]
    for call in (
        lambda: dictionary["a"],
        lambda: "a" in dictionary,
        lambda: len(dictionary),
        lambda: iter(dictionary),
        lambda: dictionary.items(),
        lambda: dictionary.fuzzy("a", 1),
        lambda: dictionary.get_many(["a"]),
        lambda: dictionary.statistics(),
        lambda: dictionary.view("a"),
        lambda: keyfold.merged([dictionary]),
        lambda: dictionary.__enter__(),
    ):
        with pytest.raises(exceptions.ClosedError):
            call()
    assert "closed" in repr(dictionary)
    dictionary.close()


def test_secondary_keys(make, layout):
    rows = [
        ("a", {"tenant": "x", "user": "u"}, 1),
        ("a", {"tenant": "x", "user": ""}, 2),
        ("a", {"tenant": "y", "user": "u"}, 3),
        ("b", {"tenant": "y", "user": "u"}, 4),
    ]
    dictionary = keyfold.open(make(rows, "int", layout, secondary=["tenant", "user"]))
    assert isinstance(dictionary, keyfold.SecondaryDictionary)
    assert dictionary.names == ["tenant", "user"] and len(dictionary) == 4
    assert dictionary.under("x", "u")["a"] == 1
    assert dictionary.under("x")["a"] == dictionary.under(tenant="x")["a"] == 2
    view = dictionary.under("y", user="u")
    assert dict(view.items()) == {"a": 3, "b": 4} and len(view) == 2 and view.fields == ("y", "u")
    assert view.get_many(["b", "c"]) == [4, None]
    assert [hit.key for hit in view.fuzzy("c", 1)] == ["a", "b"]
    assert [hit.key for hit in view.find("b, a")] == ["b", "a"]
    assert not dictionary.under("z") and len(dictionary.under("z")) == 0
    assert list(dictionary.items()) == [
        (("x", ""), "a", 2),
        (("x", "u"), "a", 1),
        (("y", "u"), "a", 3),
        (("y", "u"), "b", 4),
    ]
    for call in (lambda: dictionary.under("x", "y", "z"), lambda: dictionary.under(no="x"), lambda: dictionary.under("x", tenant="y")):
        with pytest.raises(exceptions.ArgumentError):
            call()
    assert dictionary.verify()["keys"] == 4 and "tenant, user" in repr(dictionary)
    dictionary.close()
    with pytest.raises(exceptions.ClosedError):
        dictionary.under("x")
    assert view["a"] == 3


def test_merged(make, layout):
    old = keyfold.open(make([("a", 1), ("b", 1), ("light", 1)], "completion", layout))
    new = keyfold.open(make([("b", 2), ("c", 2), ("night", 2)], "completion", layout))
    both = keyfold.merged([new, old])
    model = {"a": 1, "b": 2, "c": 2, "light": 1, "night": 2}
    assert dict(both.items()) == model and len(both) == 5 and list(both) == list(model)
    assert both.get_many(["b", "z", "a"]) == [2, None, 1]
    assert [(hit.key, hit.value) for hit in both.fuzzy("might", 1)] == [("light", 1), ("night", 2)]
    assert [hit.key for hit in both.complete("", 3)] == ["b", "c", "night"]
    assert list(both["b":"d"]) == [("b", 2), ("c", 2)] and list(both.prefix("l")) == [("light", 1)]
    old.close()
    assert both["a"] == 1 and both.dictionaries == [new, old]
    with pytest.raises(exceptions.ArgumentError):
        keyfold.merged([])
    with pytest.raises(exceptions.ArgumentError):
        keyfold.merged(["a.kf"])
    other = keyfold.open(make([("a", "x")], "string", layout))
    with pytest.raises(exceptions.FormatError):
        keyfold.merged([new, other])


def test_folded_keys_are_seen_as_they_were_given(make):
    path = make([("Oslo", 1), ("bergen", 2)], "int", "native", fold_case=True)
    dictionary = keyfold.open(path)
    assert dict(dictionary.items()) == {"Oslo": 1, "bergen": 2}
    assert dictionary["Oslo"] == 1 and "oslo" not in dictionary
    assert dictionary.get_many(["Oslo", "oslo", "bergen"]) == [1, None, 2]
    assert [hit.key for hit in dictionary.find("OSLO, BERGEN")] == ["Oslo", "bergen"]


def test_vectors():
    with GOLDEN.with_suffix(".jsonl").open(encoding="utf-8") as lines:
        model = [json.loads(line)["value"] for line in lines]
    vector = keyfold.open(GOLDEN)
    assert isinstance(vector, keyfold.Vector)
    assert list(vector) == model and len(vector) == len(model)
    assert vector[-1] == model[-1] and vector[::-2] == model[::-2]
    for index in (len(model), -len(model) - 1):
        with pytest.raises(IndexError):
            vector[index]
    vector.close()
    with pytest.raises(exceptions.ClosedError):
        len(vector)


@RELAXED
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_damage_never_crashes(make, layout, place, byte):
    whole = make([(f"key {number}", {"n": number, "t": "x" * number}) for number in range(40)], "json", layout).read_bytes()
    damaged = bytearray(whole)
    damaged[place % len(whole)] = byte
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged.kf")
        path.write_bytes(damaged)
        for use in (
            lambda d: list(d.items()),
            lambda d: d.get_many([f"key {number}" for number in range(50)]),
            lambda d: list(d.fuzzy("key 1", 1)),
            lambda d: list(d.find("key 1 key 2")),
            lambda d: d.get_many(["key 3"], as_="arrow"),
            lambda d: d.verify(),
            lambda d: bytes(d.view("key 5")),
        ):
            try:
                use(keyfold.open(path))
            except keyfold.Error:
                pass


def test_files_that_are_none(tmp_path):
    for content in (b"", b"KEYVIFSA", b"x" * 100, b"KEYVI_VECTOR_BEGIN"):
        path = tmp_path / "none"
        path.write_bytes(content)
        with pytest.raises(exceptions.FormatError):
            keyfold.open(path)
    with pytest.raises(OSError):
        keyfold.open(tmp_path)
