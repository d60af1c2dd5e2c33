"""keyvi's `Index`."""

import copy
import json
import pickle
import random
from pathlib import Path

import pytest

import making

# keyvi adds to the dict that it is given, so each index gets one of its own
SOON = {"refresh_interval": "50"}


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "index")


@pytest.fixture
def index(kv, folder):
    """An index with a few keys, in two segments."""
    index = kv.index.Index(folder, dict(SOON))
    index.bulk_set([("a", '{"x":1}'), ("ab", '"text"'), ("b", "[1,2.5]")])
    index.flush()
    index.set("abc", "not json")
    index.flush()
    return index


def test_values(kv, folder):
    index = kv.index.Index(folder)
    texts = ['{"x":1}', '"s"', "not json", "null", "", "1.0", "[1,2]", "true", "{'x':1}", "zwölf", "-0.5", "1e3"]
    for number, text in enumerate(texts):
        index.set(f"key{number}", text)
    index.set(b"bytes", b"7")
    index.set(in_0="named", in_1="8")
    index.flush()
    values = [{"x": 1}, "s", "not json", None, "", 1, [1, 2], True, "{'x':1}", "zwölf", -0.5, 1000]
    assert [index[f"key{number}"].value for number in range(len(texts))] == values
    assert (index["bytes"].value, index["named"].value) == (7, 8)


def test_matches(index):
    match = index["a"]
    assert (match.matched_string, match.start, match.end, match.score, match.weight) == ("a", 0, 1, 0.0, 0)
    assert match.dumps() == b"\x94\xc4\x05\x00\x81\xa1x\x01\xc4\x01a\x00\x01"
    assert match.value_as_string() == '{"x":1}' and match.raw_value_as_string() == b"\x00\x81\xa1x\x01"
    assert match.msgpacked_value_as_string() == b"\x81\xa1x\x01"
    assert index[b"ab"].matched_string == "ab"
    assert index.get("missing") is None and index.get("missing", 5) == 5 and index.get(key="a", default=4).value
    with pytest.raises(KeyError) as error:
        index["missing"]
    assert error.value.args == (b"missing",)
    assert "a" in index and b"ab" in index and "missing" not in index


def test_same_matches(both, tmp_path):
    """What is still in memory and what is in a file give the same match as keyvi's."""
    answers = {}
    for name, kv in vars(both).items():
        index = kv.index.Index(str(tmp_path / name))
        index.bulk_set([("a", '{"x":[1,"y"]}'), ("ü", "x" * 500)])
        if kv.ours:
            answers["memory"] = making.wire([index["a"], index["ü"]])
        index.flush()
        answers[name] = making.wire([index["a"], index["ü"]])
    assert answers["memory"] == answers["keyfold"] == answers["keyvi"]


def test_deleting(index):
    index.delete("a")
    index.delete(in_0=b"abc")
    index.delete("missing")
    del index["b"]
    del index["missing"]
    index.flush()
    assert [key for key in ("a", "ab", "abc", "b") if key in index] == ["ab"]
    index.set("a", "2")
    index.flush(False)
    assert index["a"].value == 2
    index.delete("ab")
    index.set("ab", "3")
    index.set("ab", "4")
    index.flush()
    assert index["ab"].value == 4


def test_nothing_is_no_key(index):
    index.set("", "1")
    index.bulk_set([("", "1"), ("z", "2")])
    index.delete("")
    index.flush()
    assert "" not in index and index.get("") is None and "z" in index


def test_bulk_set(index):
    index.bulk_set([])
    index.bulk_set([("more", "1", "what follows is ignored"), (b"m", b"2")])
    with pytest.raises(AssertionError):
        index.bulk_set([("half", "1"), ("wrong", 2)])
    for wrong in ([["list", "1"]], [(1, "2")]):
        with pytest.raises(AssertionError):
            index.bulk_set(wrong)
    for wrong in ((("tuple", "1"),), {"a": "1"}):
        with pytest.raises(TypeError):
            index.bulk_set(wrong)
    index.flush()
    assert (index["more"].value, index["m"].value) == (1, 2)
    # all or nothing
    assert "half" not in index


def test_flush(kv, index):
    index.set("later", "1")
    index.flush(True)
    for wrong in ((1,), ("yes",), (True, False)):
        with kv.refuses():
            index.flush(*wrong)
    index.flush()
    assert "later" in index


def test_near(index):
    found = [("ab", 0, 2, 2.0, 0, "text"), ("abc", 0, 3, 2.0, 0, "not json")]
    assert making.hits(index.get_near("ab", 2)) == found
    # the first hit has the query's name
    assert making.hits(index.get_near("ab", 1)) == [("ab", 0, 2, 1.0, 0, {"x": 1}), *found]
    assert making.keys(index.get_near("ac", 1, True)) == making.keys(index.get_near(b"ac", 1, True)) != []
    assert making.keys(index.get_near("xyz", 1)) == []


def test_near_beyond_the_query(index):
    with pytest.raises(IndexError):
        index.get_near("ab", 5)


def test_fuzzy(index):
    found = making.hits(index.get_fuzzy("ab", 1, 1))
    assert found == [("a", 0, 1, 1.0, 0, {"x": 1}), ("ab", 0, 2, 0.0, 0, "text"), ("abc", 0, 3, 1.0, 0, "not json")]
    assert making.keys(index.get_fuzzy(in_0="ab", max_edit_distance=0, minimum_exact_prefix=0)) == ["ab"]
    assert making.keys(index.get_fuzzy("ab", -1, 0)) == making.keys(index.get_fuzzy("ab", 1, 7)) == []


def test_wrong_arguments(kv, index):
    for call in (
        lambda: index.set(1, "1"),
        lambda: index.set("a", 1),
        lambda: index.delete(1),
        lambda: index.get(1),
        lambda: index[1],
        lambda: 1 in index,
        lambda: index.__delitem__(1),
        lambda: iter(index).__next__(),
    ):
        with pytest.raises(AssertionError):
            call()
    for arguments in (("a",), ("a", "1"), (1, 1), ("a", -1), ("a", 1, 1)):
        with kv.refuses():
            index.get_near(*arguments)
    for arguments in (("a", 1), ("a", 1, 2, 3), ("a", "1", 0)):
        with pytest.raises(TypeError):
            index.get_fuzzy(*arguments)
    with pytest.raises(TypeError):
        index.get_near(key="a", minimum_prefix_length=1)
    with pytest.raises(OverflowError):
        index.get_near("a", 2**64)
    with pytest.raises(OverflowError):
        index.get_fuzzy("a", 2**31, 0)
    with pytest.raises(TypeError):
        len(index)
    with pytest.raises(AttributeError):
        index.unknown = 1
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copied(index)


def test_constructor(kv, tmp_path):
    folder = str(tmp_path / "a" / "b")
    for arguments in ((), (3,), (folder, {"refresh_interval": 3}), (folder, None), (folder, {}, {})):
        with kv.refuses():
            kv.index.Index(*arguments)
    with kv.ignoring(), kv.refuses():
        kv.index.Index(path=folder)
    with pytest.raises(TypeError):
        kv.index.Index(folder, {"refresh_interval": "abc"})
    with pytest.raises(ValueError):
        kv.index.Index(folder, {"merge_policy": "abc"})
    with kv.ignoring():
        kv.index.Index(folder, {"misspelt": "1"}, params={})
    index = kv.index.Index(folder.encode(), {b"refresh_interval": b"100", "merge_policy": "tiered"})
    index.set("a", "1")
    del index
    assert kv.index.Index(folder)["a"].value == 1


def test_settings_that_are_ignored(kv, folder):
    if kv.ours:
        with pytest.warns(UserWarning, match="segment_compile_key_threshold"):
            kv.index.Index(folder, {"segment_compile_key_threshold": "100"})
        with pytest.warns(UserWarning, match="misspelt"):
            kv.index.Index(folder, {"misspelt": "100"})
        kv.index.Index(folder, {"max_segments": "1", "max_concurrent_merges": "0", "durability": "none"})


OLD = {
    "Get": ("get", ("a",)),
    "GetNear": ("get_near", ("a", 1)),
    "GetFuzzy": ("get_fuzzy", ("a", 1, 0)),
    "Set": ("set", ("x", "1")),
    "MSet": ("bulk_set", ([("x", "1")],)),
    "Delete": ("delete", ("x",)),
    "Flush": ("flush", ()),
}


@pytest.mark.parametrize("old", OLD)
def test_old_names(index, old):
    new, arguments = OLD[old]
    message = f"{old} is deprecated and will be removed in a future version. Use {new} instead."
    with pytest.warns(DeprecationWarning) as caught:
        getattr(index, old)(*arguments)
    assert [str(warned.message) for warned in caught] == [message]


def test_what_it_has(kv):
    names = {"set", "bulk_set", "delete", "flush", "get", "get_near", "get_fuzzy"} | set(OLD)
    assert {name for name in dir(kv.index.Index) if not name.startswith("_")} == names


@pytest.mark.parametrize("seed", range(5))
def test_the_other_reads_it(both, folder, seed):
    """Random writes: each engine reads what the other wrote, and goes on writing. keyvi is kept from merging, by which deleted
    keys come back.
    """
    chance = random.Random(seed)
    expected = {}
    for _ in range(4):
        for kv in vars(both).values():
            index = kv.index.Index(folder, dict(SOON) if kv.ours else {"refresh_interval": "100000"})
            for _ in range(60):
                key = f"k{chance.randrange(40)}"
                match chance.randrange(4):
                    case 0:
                        index.delete(key)
                        expected.pop(key, None)
                    case 1:
                        index.flush()
                    case _:
                        expected[key] = chance.randrange(1000)
                        index.set(key, str(expected[key]))
            index.flush()
            del index
            for reader in vars(both).values():
                opened = reader.index.ReadOnlyIndex(folder)
                found = {key: opened[key].value for n in range(40) if (key := f"k{n}") in opened}
                assert found == expected, (kv.name, reader.name)
    names = json.loads(Path(folder, "index.toc").read_text())["files"]
    assert names and all(name.endswith(".kv") and Path(folder, name).exists() for name in names)


# Where keyvi loses something, or answers wrongly.


def test_written_and_not_flushed(kv, folder):
    """keyfold's writer sees what it wrote at once, keyvi's when it has made a file of it."""
    index = kv.index.Index(folder, {"refresh_interval": "100000"})
    index.set("a", "1")
    if kv.ours:
        assert index["a"].value == 1 and making.keys(index.get_near("a", 1)) == ["a"]
    else:
        assert "a" not in index


def test_set_by_index(kv, index):
    if not kv.ours:
        with pytest.raises(NotImplementedError):
            index["z"] = "1"
        return
    index["z"] = "1"
    assert index["z"].value == 1


def test_two_writers(kv, index, folder):
    """keyvi lets a second writer of the same process in, and both write over each other's table of contents."""
    if kv.ours:
        with pytest.raises(OSError):
            kv.index.Index(folder)
    else:
        kv.index.Index(folder)


def test_stale_fuzzy_hits(kv, folder):
    """The key that equals the exact prefix."""
    index = kv.index.Index(folder, {"refresh_interval": "100000"})
    for value in ("1", "2"):
        index.set("ab", value)
        index.flush()
    (match,) = index.get_fuzzy("ab", 0, 2)
    assert match.value == (2 if kv.ours else 1)


def test_near_with_deleted_keys(kv, folder):
    """Leaving out a deleted hit opens the whole prefix in keyvi."""
    index = kv.index.Index(folder, {"refresh_interval": "100000"})
    for key in ("abce", "abcf", "ax"):
        index.set(key, "1")
    index.flush()
    index.delete("abcf")
    index.flush()
    assert making.keys(index.get_near("abcd", 1)) == (["abce"] if kv.ours else ["abce", "ax"])


def test_a_pair_of_one(kv, folder):
    """Ends keyvi's process."""
    if kv.ours:
        with pytest.raises(TypeError):
            kv.index.Index(folder).bulk_set([("a",)])
