"""A dictionary with secondary keys: every call under the values of these keys."""

import pytest

import making
from making import hits

ROWS = [
    ("k", {"tenant": "t1", "user": "u1"}, '{"v":1}'),
    ("k", {"tenant": "t1", "user": ""}, '{"v":2}'),
    ("kk", {"tenant": "t1", "user": "u1"}, "3"),
    ("other", {"tenant": "zürich", "user": "u1"}, "4"),
]
META = {"tenant": "t1", "user": "u1"}
PACKED = {b"tenant": b"t1", b"user": b"u1"}
# An unknown value of the one key, of the other; a value under the other key; missing keys.
NOWHERE = [
    {"tenant": "t9", "user": "u1"},
    {"tenant": "t1", "user": "u9"},
    {"tenant": "u1", "user": "t1"},
    {"tenant": "", "user": "u1"},
    {"tenant": "t1"},
    {},
]


@pytest.fixture
def path(kv, fresh):
    return making.write(making.secondary_compiler(kv, "json", ["tenant", "user"]), ROWS, fresh(), "text")


@pytest.fixture
def dictionary(kv, path):
    return kv.dictionary.SecondaryKeyDictionary(path)


def test_opening(kv, path):
    factory = kv.dictionary.SecondaryKeyDictionary
    assert len(factory(path)) == len(factory(path.encode())) == len(factory(filename=path)) == 4
    with pytest.raises(AssertionError):
        factory(1)
    for arguments in ((), (path, 1)):
        with pytest.raises(TypeError):
            factory(*arguments)


def test_files_of_other_kinds(kv, made, fresh, tmp_path):
    path = making.write(making.compiler(kv, "int"), making.FEW["int"], fresh())
    bad = tmp_path / "bad"
    bad.write_bytes(b"no dictionary")
    for wrong in (path, str(bad), str(tmp_path / "missing")):
        with pytest.raises(ValueError):
            kv.dictionary.SecondaryKeyDictionary(wrong)


def test_the_file_is_a_dictionary_too(kv, path):
    dictionary = kv.dictionary.Dictionary(path)
    assert len(dictionary) == 4
    assert list(dictionary.items())[:3] == [("\x02\x01k", {"v": 2}), ("\x02\x03k", {"v": 1}), ("\x02\x03kk", 3)]


def test_get(dictionary):
    assert dictionary.get("k", META).value == dictionary.get(b"k", PACKED).value == {"v": 1}
    assert dictionary.get(the_key="k", meta=META).value == {"v": 1}
    assert dictionary.get("k", META | {"user": ""}).value == {"v": 2}
    assert dictionary.get("k", META | {"more": "text"}).value == {"v": 1}
    assert dictionary.get("zz", META) is None
    assert dictionary.get("zz", META, 7) == dictionary.get("zz", META, default=7) == 7
    assert dictionary.get("other", {"tenant": "zürich", "user": "u1"}).value == 4


def test_fields_of_a_match(dictionary):
    match = dictionary.get("kk", META)
    assert (match.matched_string, match.start, match.end, match.score, match.weight) == ("kk", 0, 2, 0.0, 0)


def test_contains(dictionary):
    assert dictionary.contains("k", META) is dictionary.contains(b"k", PACKED) is True
    assert dictionary.contains(the_key="kk", meta=META) is True
    assert dictionary.contains("kk", META | {"user": ""}) is dictionary.contains("q", META) is False


@pytest.mark.parametrize("meta", NOWHERE, ids=repr)
def test_nothing_under_other_values(dictionary, meta):
    assert dictionary.get("k", meta) is None
    assert dictionary.get("k", meta, 5) == 5
    assert dictionary.contains("k", meta) is False
    assert list(dictionary.keys(meta)) == list(dictionary.values(meta)) == list(dictionary.items(meta)) == []
    found = [dictionary.match("k", meta), dictionary.match_near("k", meta, 0), dictionary.match_fuzzy("kk", meta, 1)]
    found += [dictionary.complete_prefix("k", meta), dictionary.complete_multiword("k", meta)]
    found += [dictionary.complete_fuzzy_multiword("k", meta, 1)]
    assert [hits(matches) for matches in found] == [[]] * len(found)


def test_contents(dictionary):
    for meta in (META, PACKED):
        assert list(dictionary.keys(meta)) == ["k", "kk"]
        assert list(dictionary.values(meta)) == [{"v": 1}, 3]
        assert list(dictionary.items(meta)) == [("k", {"v": 1}), ("kk", 3)]
    assert list(dictionary.keys(meta=META)) == ["k", "kk"]
    assert next(dictionary.keys(META)) == "k"


def test_lookups(dictionary):
    first, second = ("k", 0, 1, 0.0, 0, {"v": 1}), ("kk", 0, 2, 0.0, 0, 3)
    assert hits(dictionary.match("k", META)) == hits(dictionary.match(the_key=b"k", meta=PACKED)) == [first]
    for arguments in (("kkx", META, 1), ("kkx", META, 1, True), (b"kkx", PACKED, 1, False)):
        assert hits(dictionary.match_near(*arguments)) == [("kkx", 0, 3, 1.0, 0, {"v": 1}), ("kk", 0, 2, 2.0, 0, 3)]
    for arguments in (("kkk", META, 1), ("kkk", META, 1, 1), (b"kkk", PACKED, 1, 2)):
        assert hits(dictionary.match_fuzzy(*arguments)) == [("kk", 0, 2, 1.0, 0, 3)]
    for arguments in (("k", META), ("k", META, 1), (b"k", PACKED, 5)):
        assert hits(dictionary.complete_prefix(*arguments)) == [first, second]
        assert hits(dictionary.complete_multiword(*arguments)) == [first, second]
    for arguments in (("k", META, 1), ("k", META, 1, 0), (b"k", PACKED, 1, 1)):
        assert hits(dictionary.complete_fuzzy_multiword(*arguments)) == [first, second]


def test_completions_by_weight(kv, fresh):
    rows = [("a", {"t": "x"}, 7), ("b", {"t": "x"}, 9), ("c", {"t": "y"}, 99)]
    path = making.write(making.secondary_compiler(kv, "completion", ["t"]), rows, fresh())
    dictionary = kv.dictionary.SecondaryKeyDictionary(path)
    assert hits(dictionary.complete_prefix("", {"t": "x"})) == [("b", 0, 1, 0.0, 9, 9), ("a", 0, 1, 0.0, 7, 7)]


def test_keys_of_other_types(dictionary):
    for ask in (dictionary.get, dictionary.contains, dictionary.match):
        with pytest.raises(AssertionError):
            ask(1, META)


def test_secondary_values_of_other_types(kv, dictionary):
    for ask in (dictionary.get, dictionary.contains):
        with pytest.raises(AssertionError):
            ask("k", None)
        with pytest.raises(TypeError):
            ask("k", META | {"user": 1})
    with pytest.raises(AssertionError):
        dictionary.match("k", META | {"user": 1})
    with pytest.raises(TypeError):
        dictionary.match("k", 1)
    for contents in (dictionary.keys, dictionary.values, dictionary.items):
        with pytest.raises(AssertionError):
            contents(1)
        with pytest.raises(TypeError):
            contents()
        with pytest.raises(TypeError):
            contents(META | {"user": 1})


@pytest.mark.parametrize(
    ("lookup", "arguments"),
    [
        ("match_near", ("k", META)),
        ("match_near", ("k", META, -1)),
        ("match_near", ("k", META, 1, 1)),
        ("match_near", (1, META, 1)),
        ("match_fuzzy", ("k", META)),
        ("match_fuzzy", ("k", 1, 1)),
        ("match_fuzzy", ("k", META, 1, -1)),
        ("complete_prefix", ("k",)),
        ("complete_prefix", ("k", {"tenant": 1})),
        ("complete_prefix", ("k", META, -1)),
        ("complete_multiword", ("k", META, "1")),
        ("complete_fuzzy_multiword", ("k", META)),
    ],
    ids=repr,
)
def test_wrong_arguments(kv, dictionary, lookup, arguments):
    with kv.refuses():
        getattr(dictionary, lookup)(*arguments)


def test_numbers_beyond_any_size(dictionary):
    with pytest.raises(OverflowError):
        dictionary.match_near("k", META, 2**64)
    with pytest.raises(OverflowError):
        dictionary.match_fuzzy("k", META, 2**31)


def test_it_is_no_mapping(dictionary):
    with pytest.raises(TypeError):
        "k" in dictionary
    with pytest.raises(TypeError):
        dictionary["k"]


def test_statistics_and_manifest(dictionary):
    assert dictionary.statistics()["General"]["number_of_keys"] == 4
    assert dictionary.statistics()["General"]["value_store_type"] == 5
    assert dictionary.manifest() == "text"
