"""Bulk calls: lists, Arrow, pandas, polars and NumPy in; objects, Arrow and NumPy out."""

import numpy
import pandas
import polars
import pyarrow
import pytest

import keyfold
from keyfold import exceptions

ASKED = ["b", None, "a", "z", "b", ""]


@pytest.fixture
def numbers(make, layout):
    return keyfold.open(make([("a", 1), ("b", 2**64 - 1), ("c", 3)], "int", layout))


INPUTS = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "bytes": lambda keys: [None if key is None else key.encode() for key in keys],
    "string": lambda keys: pyarrow.array(keys, pyarrow.string()),
    "large_string": lambda keys: pyarrow.array(keys, pyarrow.large_string()),
    "string_view": lambda keys: pyarrow.array(keys, pyarrow.string_view()),
    "binary": lambda keys: pyarrow.array(keys, pyarrow.binary()),
    "large_binary": lambda keys: pyarrow.array(keys, pyarrow.large_binary()),
    "binary_view": lambda keys: pyarrow.array(keys, pyarrow.binary_view()),
    "dictionary": lambda keys: pyarrow.array(keys).dictionary_encode(),
    "chunked": lambda keys: pyarrow.chunked_array([keys[:2], keys[2:]], pyarrow.string()),
    "slice": lambda keys: pyarrow.array(["x", *keys, "y"])[1:-1],
    "polars": polars.Series,
    "polars categories": lambda keys: polars.Series(keys, dtype=polars.Categorical),
    "pandas": lambda keys: pandas.Series(keys, dtype="object"),
    "pandas strings": lambda keys: pandas.Series(keys, dtype="string"),
    "numpy objects": lambda keys: numpy.array(keys, dtype=object),
}


@pytest.mark.parametrize("form", INPUTS)
def test_every_input(numbers, form):
    keys = INPUTS[form](ASKED)
    assert numbers.get_many(keys) == [2**64 - 1, None, 1, None, 2**64 - 1, None]
    keys = INPUTS[form](ASKED)
    assert numbers.contains_many(keys) == [True, False, True, False, True, False]
    keys = INPUTS[form](ASKED)
    assert numbers.get_many(keys, as_="arrow").to_pylist() == [2**64 - 1, None, 1, None, 2**64 - 1, None]


def test_numpy_strings(numbers):
    assert numbers.get_many(numpy.array(["a", "c"])) == [1, 3]
    assert numbers.get_many(numpy.array([b"a", b"c"])) == [1, 3]
    assert numbers.get_many([]) == [] and numbers.get_many(numpy.array([], dtype=object)) == []


def test_arrays_of_other_things(numbers):
    for keys in (pyarrow.array([1]), polars.Series([1.0]), [b"a", 1], numpy.array([1])):
        with pytest.raises(exceptions.ArgumentError):
            numbers.get_many(keys)


def test_integers(numbers):
    array = numbers.get_many(["a", "z", "c"], as_="arrow")
    assert pyarrow.array(array).equals(pyarrow.array([1, None, 3], pyarrow.uint64()))
    assert array.to_pyarrow().type == pyarrow.uint64() and len(array) == 3
    assert polars.Series(array).to_list() == [1, None, 3]
    found = numbers.get_many(["b", "z"], 7, as_="numpy")
    assert found.dtype == numpy.uint64 and found.tolist() == [2**64 - 1, 7]
    with pytest.raises(KeyError) as raised:
        numbers.get_many(["a", "z"], as_="numpy")
    assert raised.value.args == ("z",)
    assert numbers.get_many(["a", "c"], as_="arrow").to_numpy().tolist() == [1, 3]
    with pytest.raises(ValueError):
        array.to_numpy()
    with pytest.raises(ValueError):
        numbers.get_many(["a"], 0, as_="arrow")


def test_contained(numbers):
    assert numbers.contains_many(["a", "z"], as_="numpy").tolist() == [True, False]
    array = numbers.contains_many(["a", "z"], as_="arrow")
    assert pyarrow.array(array).to_pylist() == [True, False] == array.to_pylist() == array.to_numpy().tolist()


def test_strings_and_documents(make, layout):
    strings = keyfold.open(make([("a", "x\u00e9"), ("b", "")], "string", layout))
    array = strings.get_many(["b", "z", "a"], as_="arrow")
    assert pyarrow.array(array).equals(pyarrow.array(["", None, "x\u00e9"])) and array.to_pylist() == ["", None, "x\u00e9"]
    documents = keyfold.open(make([("a", {"x": [1, None]}), ("b", "text")], "json", layout))
    assert documents.get_many(["b", "z", "a"]) == ["text", None, {"x": [1, None]}]
    assert pyarrow.array(documents.get_many(["b", "z", "a"], as_="arrow")).to_pylist() == ['"text"', None, '{"x":[1,null]}']
    with pytest.raises(exceptions.OptionError):
        documents.get_many(["a"], as_="numpy")


def test_vectors(make, layout):
    vectors = keyfold.open(make([("a", [1, 2]), ("b", [0.5, -3])], "float-vector", layout, vector_size=2))
    asked = ["z", "b", "a"]
    assert vectors.get_many(asked) == [None, [0.5, -3.0], [1.0, 2.0]]
    array = vectors.get_many(asked, as_="arrow")
    expected = pyarrow.array([None, [0.5, -3], [1, 2]], pyarrow.list_(pyarrow.field("item", pyarrow.float32(), nullable=False), 2))
    assert pyarrow.array(array).equals(expected) and array.to_pylist() == expected.to_pylist()
    assert vectors.get_many(asked, 0.25, as_="numpy").tolist() == [[0.25, 0.25], [0.5, -3], [1, 2]]
    assert vectors.get_many(["a", "b"], as_="arrow").to_numpy().shape == (2, 2)
    assert pyarrow.array(vectors.get_many(["z"], as_="arrow")).to_pylist() == [None]
    with pytest.raises(KeyError):
        vectors.get_many(asked, as_="numpy")


def test_keys_alone(make, layout):
    keys = keyfold.open(make([("a",), ("b",)], "key-only", layout))
    assert keys.get_many(["a", "z"], 5) == [None, 5]
    assert pyarrow.array(keys.get_many(["a", "z"], as_="arrow")).to_pylist() == [None, None]
    assert keys.contains_many(["a", "z"]) == [True, False]


def test_near_many(numbers):
    found = numbers.fuzzy_many(["a", "zz", None], 1)
    assert [[hit.key for hit in hits] for hits in found] == [["a", "b", "c"], [], []]
    assert [[hit.key for hit in hits] for hits in numbers.fuzzy_many(["b"], 1, 1, best=True)] == [["b"]]
    array = pyarrow.array(numbers.fuzzy_many(["b", "zz"], 1, as_="arrow"))
    assert array.to_pylist() == numbers.fuzzy_many(["b", "zz"], 1, as_="arrow").to_pylist()
    assert array.to_pylist()[0][0] == {"key": "a", "distance": 1, "value": 1} and array.to_pylist()[1] == []
    assert array.flatten().field("key").to_pylist() == ["a", "b", "c"]
    with pytest.raises(exceptions.OptionError):
        numbers.fuzzy_many(["b"], 1, as_="numpy")


def test_texts(numbers):
    texts = ["\u00e9 b a", None, "none", "c"]
    found = numbers.find_many(texts)
    assert [[(hit.key, hit.start, hit.end) for hit in hits] for hits in found] == [[("b", 2, 3), ("a", 4, 5)], [], [], [("c", 0, 1)]]
    for given in (pyarrow.array(texts), polars.Series(texts)):
        array = pyarrow.array(numbers.find_many(given, as_="arrow"))
        assert array.to_pylist()[0] == [
            {"key": "b", "start": 2, "end": 3, "value": 2**64 - 1},
            {"key": "a", "start": 4, "end": 5, "value": 1},
        ]
    in_bytes = numbers.find_many(pyarrow.array(texts, pyarrow.binary()))
    assert [hit.start for hit in in_bytes[0]] == [3, 5]
    assert [len(hits) for hits in numbers.find_many(["abc"] * 3, boundaries="none", limit=2)] == [2, 2, 2]


def test_more_than_a_chunk(numbers):
    keys = ["a", "z"] * 100_000
    assert numbers.get_many(keys) == [1, None] * 100_000
    assert numbers.contains_many(keys, as_="numpy").sum() == 100_000
