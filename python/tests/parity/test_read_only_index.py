"""keyvi's `ReadOnlyIndex`, of what either engine wrote."""

import time

import pytest

import engine
import making

SOON = {"refresh_interval": "50"}


@pytest.fixture(params=engine.NAMES)
def writer(request, tmp_path):
    """The index of either engine, with a few keys in two segments."""
    index = engine.load(request.param).index.Index(str(tmp_path / "index"), {"refresh_interval": "100000"})
    index.bulk_set([("a", '{"x":1}'), ("ab", '"text"'), ("b", "[1,2.5]")])
    index.flush()
    index.set("abc", "not json")
    index.delete("b")
    index.flush()
    return index


@pytest.fixture
def index(kv, writer, tmp_path):
    return kv.index.ReadOnlyIndex(str(tmp_path / "index"), dict(SOON))


def test_matches(index):
    match = index["a"]
    assert (match.matched_string, match.start, match.end, match.score, match.weight) == ("a", 0, 1, 0.0, 0)
    assert match.dumps() == b"\x94\xc4\x05\x00\x81\xa1x\x01\xc4\x01a\x00\x01"
    assert [index.get(key).value for key in ("a", b"ab", "abc")] == [{"x": 1}, "text", "not json"]
    assert index.get("b") is None and index.get("b", 5) == index.get(key="b", default=5) == 5
    with pytest.raises(KeyError) as error:
        index["b"]
    assert error.value.args == (b"b",)
    assert "a" in index and b"abc" in index and "b" not in index


def test_queries(index):
    near = [("ab", 0, 2, 2.0, 0, "text"), ("abc", 0, 3, 2.0, 0, "not json")]
    assert making.hits(index.get_near("ab", 2)) == near
    assert making.hits(index.get_near("ab", 1, True)) == [("ab", 0, 2, 1.0, 0, {"x": 1}), *near]
    found = making.hits(index.get_fuzzy("ab", 1, 1))
    assert found == [("a", 0, 1, 1.0, 0, {"x": 1}), ("ab", 0, 2, 0.0, 0, "text"), ("abc", 0, 3, 1.0, 0, "not json")]
    assert making.keys(index.get_fuzzy(in_0="ab", max_edit_distance=0, minimum_exact_prefix=0)) == ["ab"]
    with pytest.raises(IndexError):
        index.get_near("ab", 5)


def test_it_follows_the_writer(kv, index, writer):
    # keyvi looks at times in whole seconds
    time.sleep(0 if kv.ours else 1.1)
    writer.set("new", "1")
    writer.delete("a")
    writer.flush()
    limit = time.monotonic() + 60
    while "new" not in index or "a" in index:
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert index["new"].value == 1


def test_two_changes_within_a_second(kv, index, writer):
    """Of which keyvi may miss the second, until there is another."""
    for number in range(5):
        writer.set("n", str(number))
        writer.flush()
        if kv.ours:
            limit = time.monotonic() + 60
            while index.get("n") is None or index["n"].value != number:
                assert time.monotonic() < limit
                time.sleep(0.005)


def test_wrong_arguments(kv, index):
    for call in (lambda: index.get(1), lambda: index[1], lambda: 1 in index):
        with pytest.raises(AssertionError):
            call()
    for arguments in (("a",), ("a", "1"), (1, 1), ("a", -1), ("a", 1, 1)):
        with kv.refuses():
            index.get_near(*arguments)
    for arguments in (("a", 1), ("a", 1, 2, 3), ("a", "1", 0)):
        with pytest.raises(TypeError):
            index.get_fuzzy(*arguments)
    for missing in ("set", "delete", "flush", "bulk_set"):
        assert not hasattr(index, missing)
    with pytest.raises(TypeError):
        len(index)


def test_constructor(kv, writer, tmp_path):
    folder = str(tmp_path / "index")
    for arguments in ((), (3,), (folder, {"refresh_interval": 3}), (folder, None)):
        with kv.refuses():
            kv.index.ReadOnlyIndex(*arguments)
    for value in ("x", "", "1.5", " 10", "99999999999999999999"):
        with pytest.raises(TypeError):
            kv.index.ReadOnlyIndex(folder, {"refresh_interval": value})
    for value in ("+5", "-1"):
        assert "a" in kv.index.ReadOnlyIndex(folder, {"refresh_interval": value})
    assert "a" in kv.index.ReadOnlyIndex(folder.encode(), {b"refresh_interval": b"100"})
    with pytest.raises(RuntimeError):
        kv.index.ReadOnlyIndex(folder + "/missing")


@pytest.mark.parametrize("old", ["Get", "GetNear", "GetFuzzy"])
def test_old_names(index, old):
    arguments = {"Get": ("a",), "GetNear": ("a", 1), "GetFuzzy": ("a", 1, 0)}[old]
    with pytest.warns(DeprecationWarning, match=f"{old} is deprecated"):
        getattr(index, old)(*arguments)


def test_what_it_has(kv):
    names = {"get", "get_near", "get_fuzzy", "Get", "GetNear", "GetFuzzy"}
    assert {name for name in dir(kv.index.ReadOnlyIndex) if not name.startswith("_")} == names
