"""Where keyvi loses something or answers wrongly: what it does, beside the right answer that keyfold gives."""

from pathlib import Path

import pytest

import engine
import making


@pytest.fixture
def haunted(kv, fresh):
    """A file of keyvi's whose place 256 looks like the end of a key: where walks that have failed look."""
    theirs = making.compiler(engine.load("keyvi"), "key-only")
    return kv.dictionary.Dictionary(making.write(theirs, [("\x01" * 254,)], fresh()))


@pytest.mark.parametrize("key", ["missing", "x", "\x01" * 253])
def test_missing_keys_that_match(kv, haunted, key):
    assert key not in haunted
    if kv.ours:
        assert haunted.get(key) is None
        assert making.keys(haunted.match(key)) == []
        with pytest.raises(KeyError):
            haunted[key]
    elif len(key) < 253:
        assert haunted.get(key).matched_string == haunted[key].matched_string == key
        assert making.keys(haunted.match(key)) == [key]


def test_secondary_values_beyond_ascii(kv, fresh):
    meta = {"tenant": "zürich"}
    path = making.write(making.secondary_compiler(kv, "int", ["tenant"]), [("a", meta, 1)], fresh())
    dictionary = kv.dictionary.SecondaryKeyDictionary(path)
    assert dictionary.get("a", meta).value == 1
    calls = [dictionary.keys, dictionary.values, dictionary.items, lambda meta: [dictionary.contains("a", meta)]]
    if kv.ours:
        assert [list(call(meta)) for call in calls] == [["a"], [1], [("a", 1)], [True]]
    else:
        for call in calls:
            with pytest.raises(UnicodeEncodeError):
                call(meta)
    packed = {"tenant": "zürich".encode()}
    assert [list(call(packed)) for call in calls] == [["a"], [1], [("a", 1)], [True]]


def test_the_empty_key_under_a_secondary_value(kv, fresh):
    meta = {"tenant": "t1"}
    theirs = making.secondary_compiler(engine.load("keyvi"), "int", ["tenant"])
    path = making.write(theirs, [("", meta, 7), ("a", meta, 1)], fresh())
    dictionary = kv.dictionary.SecondaryKeyDictionary(path)
    assert len(dictionary) == 2
    assert dictionary.get("", meta).value == 7
    assert list(dictionary.items(meta)) == ([("", 7), ("a", 1)] if kv.ours else [("a", 1)])


def test_completion_values_of_more_than_60_bits(kv, fresh):
    compiler = making.compiler(kv, "completion")
    if kv.ours:
        with pytest.raises(ValueError):
            compiler.add("a", 2**60 + 1)
    value = 2**60 - 1 if kv.ours else 2**60 + 1
    path = making.write(compiler, [("a", value), ("ab", 5)], fresh())
    # The fifth part of a value and the weight have one place.
    assert kv.dictionary.Dictionary(path)["a"].value == (value if kv.ours else 5 * 2**60 + 1)


def test_text_that_ends_within_a_key(kv, made):
    transform = kv.util.FsaTransform(made("string", [("aa", "X"), ("ab", "Y")]))
    # keyvi drops what it has walked.
    assert transform.normalize("a") == (b"a" if kv.ours else b"")
    assert transform.normalize("abxa") == (b"Yxa" if kv.ours else b"Yx")


def test_predictions_at_the_end(kv, tmp_path):
    (tmp_path / "model").write_bytes(b"ab\x01c" + b"bc\x02de")
    compression = kv.util.PredictiveCompression(str(tmp_path / "model"))
    packed = compression.compress("xabcde")
    assert packed == b"\x18xab"
    assert compression.uncompress(packed) == (b"xabcde" if kv.ours else b"xab")


def test_deleted_keys_that_come_back(kv, fresh):
    """Two keys deleted of an input, the first of them written again by a later one."""
    inputs = [making.write(making.compiler(kv, "int"), rows, fresh()) for rows in ([("k", 1), ("m", 2)], [("k", 3)])]
    Path(inputs[0] + ".dk").write_bytes(b"\x92\xa1k\xa1m")
    merger = making.merger(kv, "int")
    for file in inputs:
        merger.add(file)
    path = fresh()
    merger.merge(path)
    found = list(kv.dictionary.Dictionary(path).items())
    assert found == ([("k", 3)] if kv.ours else [("k", 3), ("m", 2)])


def test_a_merger_used_again(kv, fresh):
    """keyvi's has nothing left to merge."""
    merger = making.merger(kv, "int")
    merger.add(making.write(making.compiler(kv, "int"), making.FEW["int"], fresh()))
    paths = [fresh(), fresh()]
    for path in paths:
        merger.merge(path)
    assert [len(kv.dictionary.Dictionary(path)) for path in paths] == ([3, 3] if kv.ours else [3, 0])


def test_merged_secondary_values(kv, fresh):
    """keyvi merges the codes of secondary values, which stand for other values in each input, and loses their names."""
    inputs = [
        making.write(making.secondary_compiler(kv, "int", ["tenant"]), [("k", {"tenant": tenant}, value)], fresh())
        for tenant, value in (("x", 1), ("y", 2))
    ]
    merger = making.merger(kv, "int")
    for file in inputs:
        merger.add(file)
    path = fresh()
    merger.merge(path)
    if kv.ours:
        merged = kv.dictionary.SecondaryKeyDictionary(path)
        assert [merged.get("k", {"tenant": tenant}).value for tenant in "xy"] == [1, 2]
    else:
        assert list(kv.dictionary.Dictionary(path).items()) == [("\x02k", 2)]
        with pytest.raises(ValueError):
            kv.dictionary.SecondaryKeyDictionary(path)


def test_fuzzy_completions_of_nothing(kv, made):
    """keyvi's scores are what stood in memory."""
    dictionary = made("completion", [("a", 1), ("bcd", 5)])
    for found in (
        dictionary.complete_fuzzy_multiword("", 1),
        kv.completion.PrefixCompletion(dictionary).complete_fuzzy("", 1),
    ):
        found = [(match.matched_string, match.score) for match in found]
        if kv.ours:
            assert found == [("bcd", 0.0), ("a", 0.0)]


def test_no_completions(kv, made):
    """keyvi reads beside an empty heap of weights; the query itself is a completion in any case."""
    dictionary = made("completion", [("a", 1), ("ab", 5)])
    found = [dictionary.complete_prefix("a", 0), dictionary.complete_multiword("a", 0)]
    found += [
        getattr(kv.completion, name)(dictionary).complete("a", 0)
        for name in ("PrefixCompletion", "MultiWordCompletion")
    ]
    if kv.ours:
        assert [making.keys(matches) for matches in found] == [["a"]] * 4


def test_a_manifest_with_a_nul(kv, fresh):
    path = making.write(making.compiler(kv, "int"), [("a", 1)], fresh(), "a\0b")
    assert kv.dictionary.Dictionary(path).manifest() == ("a\0b" if kv.ours else "a")


def test_strings_with_a_nul(kv, fresh):
    compiler = making.compiler(kv, "string")
    vector = kv.vector.StringVectorGenerator(making.MEMORY)
    if kv.ours:
        with pytest.raises(ValueError):
            compiler.add("a", "z\0w")
        with pytest.raises(ValueError):
            vector.append("z\0w")
        return
    path = making.write(compiler, [("a", "z\0w")], fresh())
    match = kv.dictionary.Dictionary(path)["a"]
    assert (match.value, match.value_as_string()) == ("z", "z")
    vector.append("z\0w")
    path = fresh()
    vector.write_to_file(path)
    assert kv.vector.StringVector(path)[0] == "z"


def test_no_secondary_keys(kv, fresh):
    compiler = making.secondary_compiler(kv, "int", [])
    path = making.write(compiler, [("a", {}, 1), ("ab", {}, 2)], fresh())
    if kv.ours:
        assert list(kv.dictionary.Dictionary(path).keys()) == ["a", "ab"]
    else:
        assert list(kv.dictionary.SecondaryKeyDictionary(path).keys({})) == ["a", "ab"]
