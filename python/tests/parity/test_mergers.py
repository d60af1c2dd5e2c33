"""Mergers: several dictionaries of a kind made one, the last one winning."""

from pathlib import Path

import pytest

import making

LATER = {
    "key-only": [("a",), ("c",)],
    "int": [("a", 7), ("c", 8)],
    "completion": [("a", 7), ("c", 8)],
    "string": [("a", "later"), ("c", "new")],
    "json": [("a", "[1]"), ("c", "2")],
}
MERGED_VALUES = {
    "key-only": [None] * 4,
    "int": [7, 300, 2**31 - 1, 8],
    "completion": [7, 300, 70000, 8],
    "string": ["later", "zwölf", "", "new"],
    "json": [[1], "text", "not json", 2],
}


@pytest.fixture(params=making.MERGED)
def kind(request):
    return request.param


@pytest.fixture
def merger(kv, kind):
    return making.merger(kv, kind)


@pytest.fixture
def inputs(kv, kind, fresh):
    return [
        making.write(making.compiler(kv, kind), rows, fresh(), "not inherited")
        for rows in (making.FEW[kind], LATER[kind])
    ]


def merge(kv, merger, inputs, path):
    for file in inputs:
        merger.add(file)
    merger.merge(path)
    return kv.dictionary.Dictionary(path)


def test_the_last_one_wins(kv, kind, merger, inputs, fresh):
    merged = merge(kv, merger, inputs, fresh())
    assert list(merged.items()) == list(zip(["a", "ab", "b", "c"], MERGED_VALUES[kind], strict=True))
    assert merged.manifest() == ""


def test_methods_return_nothing(kv, merger, inputs, fresh):
    assert merger.add(in_0=inputs[0].encode()) is None
    assert merger.set_manifest(in_0="text") is None
    path = fresh()
    assert merger.merge(in_0=path) is None
    assert kv.dictionary.Dictionary(path).manifest() == "text"


def test_a_manifest_set_before(kv, merger, inputs, fresh):
    merger.set_manifest("ünï".encode())
    assert merge(kv, merger, inputs, fresh()).manifest() == "ünï"


def test_nothing_merged(kv, merger, fresh):
    assert len(merge(kv, merger, [], fresh())) == 0


def test_an_empty_input(kv, kind, merger, inputs, fresh):
    empty = making.write(making.compiler(kv, kind), [], fresh())
    assert len(merge(kv, merger, [empty, inputs[0]], fresh())) == 3


def test_appended_values(kv, kind, inputs, fresh):
    merged = merge(kv, making.merger(kv, kind, {"merge_mode": "append"}), inputs, fresh())
    assert list(merged.items()) == list(zip(["a", "ab", "b", "c"], MERGED_VALUES[kind], strict=True))
    if kind in ("string", "json"):
        stores = [kv.dictionary.Dictionary(path).statistics()["Value Store"] for path in inputs]
        found = merged.statistics()["Value Store"]
        for name in ("size", "values", "unique_values"):
            assert found[name] == sum(store[name] for store in stores)


def test_values_are_stored_once(kv, fresh):
    inputs = [making.write(making.compiler(kv, "json"), [(key, '"%s"' % ("x" * 40))], fresh()) for key in "abc"]
    found = merge(kv, making.merger(kv, "json"), inputs, fresh()).statistics()["Value Store"]
    assert (found["values"], found["unique_values"]) == (0, 1)
    assert "__compression" not in found


def test_compressed_values_are_copied(kv, fresh):
    rows = [("a", '"%s"' % ("x" * 100))]
    inputs = [
        making.write(making.compiler(kv, "json", {"compression": name}), [(key, value) for _, value in rows], fresh())
        for key, name in (("a", "zlib"), ("b", "zstd"), ("c", "none"))
    ]
    merged = merge(kv, making.merger(kv, "json"), inputs, fresh())
    assert [merged[key].raw_value_as_string()[0] for key in "abc"] == [1, 3, 0]
    assert list(merged.values()) == ["x" * 100] * 3
    assert merged.statistics()["General"]["version"] == 3


def test_weights_are_merged(kv, fresh):
    inputs = [
        making.write(making.compiler(kv, "completion"), rows, fresh()) for rows in ([("aa", 9), ("ab", 5)], [("aa", 1)])
    ]
    merged = merge(kv, making.merger(kv, "completion"), inputs, fresh())
    assert making.keys(merged.complete_prefix("a")) == ["ab", "aa"]


def test_deleted_keys(kv, kind, merger, inputs, fresh):
    # The keys that an input lists as deleted, in msgpack, beside it.
    Path(inputs[0] + ".dk").write_bytes(b"\x91\xa2ab")
    assert list(merge(kv, merger, inputs, fresh()).keys()) == ["a", "b", "c"]


def test_files_that_cannot_be_merged(kv, kind, merger, inputs, fresh, tmp_path):
    other = "string" if kind == "int" else "int"
    bad = tmp_path / "bad"
    bad.write_bytes(b"no dictionary")
    for wrong in (
        making.write(making.compiler(kv, other), making.FEW[other], fresh()),
        str(bad),
        str(tmp_path / "missing"),
    ):
        with pytest.raises(ValueError):
            merger.add(wrong)
    merger.add(inputs[0])
    with pytest.raises(ValueError):
        merger.add(inputs[0])
    path = fresh()
    merger.merge(path)
    assert len(kv.dictionary.Dictionary(path)) == 3


@pytest.mark.parametrize("method", ["add", "merge", "set_manifest"])
def test_text_arguments(merger, method):
    for wrong in (1, None, Path("x")):
        with pytest.raises(AssertionError):
            getattr(merger, method)(wrong)
    with pytest.raises(TypeError):
        getattr(merger, method)()


def test_there_is_no_item_assignment(merger):
    with pytest.raises(TypeError):
        merger["a"] = 1
