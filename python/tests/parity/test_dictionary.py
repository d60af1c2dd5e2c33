"""A dictionary: opening it, and what it is as a mapping."""

import inspect
from pathlib import Path

import pytest

import making


@pytest.fixture
def path(kv, fresh):
    """A dictionary's file."""
    return making.write(making.compiler(kv, "int"), making.FEW["int"], fresh())


@pytest.fixture
def dictionary(kv, path):
    return kv.dictionary.Dictionary(path)


def test_opening(kv, path):
    strategies = kv.loading_strategy_types
    for arguments in ((path,), (path.encode(),), (path, 3), (path, True), (path, strategies.populate_lazy)):
        assert len(kv.dictionary.Dictionary(*arguments)) == 3


@pytest.mark.parametrize(
    "arguments", [(), (1,), (None,), (Path("x"),), ("x", 8), ("x", -1), ("x", "1"), ("x", 0, 0)], ids=repr
)
def test_wrong_arguments(kv, arguments):
    with kv.refuses():
        kv.dictionary.Dictionary(*arguments)


def test_keyword_arguments_do_not_count(kv, path):
    with kv.refuses(), kv.ignoring():
        kv.dictionary.Dictionary(filename=path)
    with kv.ignoring():
        assert len(kv.dictionary.Dictionary(path, colour="blue")) == 3


def damaged(content):
    """Contents that are no dictionary, by what is wrong with them."""
    return {
        "nothing": b"",
        "text": b"this is not a dictionary, but some text",
        "half of the magic": content[:4],
        "a cut header": content[:20],
        "half a file": content[: len(content) // 2],
        "a byte less": content[:-1],
        "an unknown kind": content.replace(b'"value_store_type":"5"', b'"value_store_type":"9"'),
        "an old kind": content.replace(b'"value_store_type":"5"', b'"value_store_type":"4"'),
        "a later version": content.replace(b'"version":"2"', b'"version":"7"', 1),
        "a vector": b"KEYVI_VECTOR_BEGIN" + content[8:],
    }


@pytest.mark.parametrize("wrong", damaged(b""))
@pytest.mark.parametrize("kind", ["json"])
def test_files_that_are_no_dictionary(kv, fresh, kind, wrong):
    path = Path(making.write(making.compiler(kv, kind), making.FEW[kind], fresh()))
    content = damaged(path.read_bytes())[wrong]
    assert content != path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(ValueError):
        kv.dictionary.Dictionary(str(path))


def test_files_that_cannot_be_read(kv, tmp_path):
    with pytest.raises(ValueError):
        kv.dictionary.Dictionary(str(tmp_path / "missing.kv"))
    with pytest.raises(ValueError):
        kv.dictionary.Dictionary(str(tmp_path))


def test_length_and_truth(made, dictionary):
    assert len(dictionary) == 3
    assert dictionary
    assert not made("int", [])


def test_membership(dictionary):
    assert "ab" in dictionary
    assert b"ab" in dictionary
    for missing in ("", "abc", "zürich", b"\xff", b"a\x00"):
        assert missing not in dictionary


def test_derived_types_of_keys(dictionary):
    assert type("Text", (str,), {})("ab") in dictionary
    assert type("Bytes", (bytes,), {})(b"ab") in dictionary


def test_index_access(kv, dictionary):
    assert isinstance(dictionary["ab"], kv.Match)
    assert dictionary["ab"].value == dictionary[b"ab"].value == 300


@pytest.mark.parametrize("key", ["", "abc", "zürich", b"abc", b"\xff"])
def test_missing_keys_are_named_as_bytes(dictionary, key):
    with pytest.raises(KeyError) as caught:
        dictionary[key]
    assert caught.value.args == (key if isinstance(key, bytes) else key.encode(),)


def test_get(dictionary):
    assert dictionary.get("ab").value == dictionary.get(b"ab").value == dictionary.get(key="ab").value == 300
    assert dictionary.get("abc") is None
    assert dictionary.get("") is None
    assert dictionary.get("abc", 5) == dictionary.get("abc", default=5) == dictionary.get(key="abc", default=5) == 5
    assert dictionary.get("ab", 5).value == 300
    with pytest.raises(TypeError):
        dictionary.get()


@pytest.mark.parametrize("key", [1, None, bytearray(b"ab"), memoryview(b"ab"), ["ab"], slice("a", "b")], ids=repr)
def test_keys_of_other_types(dictionary, key):
    with pytest.raises(AssertionError):
        key in dictionary
    with pytest.raises(AssertionError):
        dictionary[key]
    with pytest.raises(AssertionError):
        dictionary.get(key)


def test_text_that_has_no_utf_8(dictionary):
    for ask in (dictionary.get, dictionary.match, dictionary.search, dictionary.__getitem__, dictionary.__contains__):
        with pytest.raises(UnicodeEncodeError):
            ask("\udcff")


def test_it_is_not_changed(dictionary):
    with pytest.raises(TypeError):
        dictionary["a"] = 1
    with pytest.raises(TypeError):
        del dictionary["a"]
    with pytest.raises(AttributeError):
        dictionary.other = 1


@pytest.mark.parametrize("kind", making.FEW_VALUES)
def test_contents(made, kind):
    dictionary = made(kind)
    keys, values = ["a", "ab", "b"], making.FEW_VALUES[kind]
    assert list(dictionary.keys()) == keys
    assert list(dictionary.values()) == values
    assert list(dictionary.items()) == list(zip(keys, values, strict=True))


def test_contents_come_one_by_one(made):
    dictionary = made("key-only")
    for found in (dictionary.keys(), dictionary.values(), dictionary.items()):
        assert iter(found) is found
        next(found)
        assert len(list(found)) == 2
        assert next(found, "end") == "end"
    keys = made("key-only").keys()
    assert list(keys) == ["a", "ab", "b"]


def test_contents_take_no_arguments(dictionary):
    for contents in (dictionary.keys, dictionary.values, dictionary.items):
        with pytest.raises(TypeError):
            contents("a")


def test_keys_that_are_not_utf_8(made):
    dictionary = made("key-only", [("a",), (b"b\xff",)])
    keys = dictionary.keys()
    assert next(keys) == "a"
    with pytest.raises(UnicodeDecodeError):
        next(keys)
    assert list(dictionary.values()) == [None, None]
    assert b"b\xff" in dictionary
    assert dictionary[b"b\xff"].dumps() == b"\x94\xc4\x00\xc4\x02b\xff\x00\x02"
    with pytest.raises(UnicodeDecodeError):
        dictionary[b"b\xff"].matched_string


def test_bytes_of_any_value_in_keys(made):
    rows = [(bytes([first, second]), first + second) for first in range(256) for second in (0, 1, 27, 128, 255)]
    dictionary = made("int", rows)
    assert len(dictionary) == len(rows)
    assert all(dictionary[key].value == value for key, value in rows)
    assert list(dictionary.values()) == [value for _, value in sorted(rows)]


def test_an_empty_dictionary(made):
    dictionary = made("int", [])
    assert (len(dictionary), list(dictionary.items()), dictionary.get("a"), "a" in dictionary) == (0, [], None, False)
    with pytest.raises(KeyError):
        dictionary["a"]
    found = [
        dictionary.match("a"),
        dictionary.match_near("a", 0),
        dictionary.match_fuzzy("ab", 1),
        dictionary.search("a"),
    ]
    found += [dictionary.search_tokenized("a b"), dictionary.complete_prefix("a"), dictionary.complete_multiword("a b")]
    found += [dictionary.complete_prefix("", 5), dictionary.complete_fuzzy_multiword("a b", 1)]
    assert [making.hits(matches) for matches in found] == [[]] * len(found)


@pytest.mark.parametrize(
    ("kind", "number", "values", "unique"),
    [
        ("key-only", 1, 0, 0),
        ("int", 2, 0, 0),
        ("string", 3, 0, 0),
        ("json", 5, 3, 3),
        ("completion", 6, 0, 0),
        ("float-vector", 7, 3, 3),
    ],
)
def test_statistics(made, kind, number, values, unique):
    found = made(kind).statistics()
    assert list(found) == ["General", "Persistence", "Value Store"]
    general, persistence, store = found.values()
    assert {name: type(value) for name, value in general.items()} == dict.fromkeys(
        ("version", "start_state", "number_of_keys", "value_store_type", "number_of_states"), int
    )
    assert (general["version"], general["number_of_keys"], general["value_store_type"]) == (2, 3, number)
    assert persistence.keys() == {"version", "size"}
    assert persistence["version"] == 2
    assert (store["values"], store["unique_values"]) == (values, unique)
    assert (store["size"] > 0) is (kind in ("string", "json", "float-vector"))
    assert store.get("__compression") == ("raw" if kind in ("json", "float-vector") else None)


def test_statistics_of_compressed_values(made):
    for compression, version in (("zlib", 2), ("snappy", 2), ("zstd", 3)):
        found = made("json", None, {"compression": compression}).statistics()
        assert found["Value Store"]["__compression"] == compression
        assert found["General"]["version"] == version


def test_statistics_are_a_dictionary_of_their_own(dictionary):
    dictionary.statistics()["General"]["version"] = 77
    assert dictionary.statistics()["General"]["version"] == 2


def test_manifest(made):
    assert made("int", None, None, 'words: ünï "quotes" \\ {}').manifest() == 'words: ünï "quotes" \\ {}'
    assert made("int").manifest() == ""


def test_dictionaries_are_compared_by_identity(kv, path, dictionary):
    assert dictionary == dictionary
    assert dictionary != kv.dictionary.Dictionary(path)
    assert hash(dictionary) == hash(dictionary)


def test_classes_are_derived_from(kv, path):
    derived = type("Derived", (kv.dictionary.Dictionary,), {"first": lambda self: next(self.keys())})(path)
    assert derived.first() == "a"


def test_the_class_is_documented(kv):
    assert inspect.getdoc(kv.dictionary.Dictionary)
