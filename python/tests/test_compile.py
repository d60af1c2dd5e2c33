"""`keyfold.compile` and `keyfold.merge`: every kind, from every source, in both layouts; what goes wrong, and what is left then."""

import itertools
import json
import math
import os
import time
from collections import UserDict
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import keyfold
from keyfold import _compile
from keyfold.exceptions import (
    ArgumentError,
    DuplicateKeyError,
    FieldError,
    FileExists,
    FileNotFound,
    OptionError,
    OrderError,
    RangeError,
    RowError,
)

KINDS = {
    "key-only": {"a": None, "b": None},
    "int": {"a": 0, "b": 2**64 - 1},
    "completion": {"a": 7, "b": 2**60 - 1},
    "string": {"a": "zürich", "b": b"\xff\xfe"},
    "json": {
        "a": {"x": 1.0, "y": [1, 2.5, None, True, -0.0], "z": {"é": []}},
        "b": "text",
        "c": -(2**63),
        "d": 2**64 - 1,
        "e": None,
        "f": math.inf,
    },
    "float-vector": {"a": [1.0, 2.5], "b": [-1.0, 0.0]},
}
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)
TABLE = pa.table({"key": ["b", "a", "c"], "value": [2, 1, 3]})


@pytest.fixture
def path(tmp_path):
    """A path with spaces, of a file that is not there."""
    return tmp_path / "a file.kf"


@pytest.fixture
def compiled(path, layout):
    """Compiles rows and gives what the file then holds."""

    def call(rows, kind=None, **options):
        keyfold.compile(rows, path, kind, format=layout, replace=True, **options)
        return contents(path)

    return call


def contents(path):
    with keyfold.open(path) as opened:
        return dict(opened.items())


def exactly(value):
    """A form in which 1, 1.0 and True differ, and 0.0 from -0.0."""
    return repr(value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(compiled, kind):
    rows = KINDS[kind]
    assert exactly(compiled(rows, kind)) == exactly(rows)
    assert exactly(compiled(list(rows.items()), kind)) == exactly(rows)
    assert exactly(compiled(([key, value] for key, value in rows.items()), kind)) == exactly(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_sorted_rows(compiled, kind):
    rows = KINDS[kind]
    assert exactly(compiled(rows, kind, sorted=True)) == exactly(rows)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), DOCUMENTS, max_size=20))
def test_documents_come_back_as_they_were(compiled, rows):
    assert exactly(sorted(compiled(rows, "json").items())) == exactly(sorted(rows.items(), key=lambda row: row[0].encode()))


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (["b", "a"], "key-only"),
        ([("a",)], "key-only"),
        ({"a": None}, "key-only"),
        ({"a": 1}, "int"),
        ({"a": np.int32(1)}, "int"),
        ({"a": "x"}, "string"),
        ({"a": b"x"}, "string"),
        ({"a": [1.0]}, "float-vector"),
        ({"a": np.zeros(3)}, "float-vector"),
        ({"a": (1.0, 2.0)}, "float-vector"),
        ({"a": True}, "json"),
        ({"a": -1}, "json"),
        ({"a": 1.5}, "json"),
        ({"a": []}, "json"),
        ({"a": [1]}, "json"),
        ({"a": {}}, "json"),
        ([], "key-only"),
        (TABLE, "int"),
        (TABLE.select(["key"]), "key-only"),
        (pa.table({"k": ["a"], "v": ["x"]}), "string"),
        (pa.table({"k": ["a"], "v": [1.5]}), "json"),
        (pa.table({"k": ["a"], "v": [[1.5]]}), "float-vector"),
        (pa.table({"k": ["a"], "v": [1], "w": [2]}), "json"),
    ],
    ids=repr,
)
def test_the_kind_follows_from_the_first_value(path, rows, kind):
    keyfold.compile(rows, path)
    assert keyfold.open(path).kind == kind


def test_values_of_numpy(compiled):
    rows = {"a": np.float32(1.5), "b": np.int64(-3), "c": np.bool_(True), "d": np.arange(3), "e": np.str_("s")}
    assert exactly(compiled(rows, "json")) == exactly({"a": 1.5, "b": -3, "c": True, "d": [0, 1, 2], "e": "s"})
    assert compiled({"a": np.uint64(2**64 - 1)}, "int") == {"a": 2**64 - 1}


def test_a_string_is_no_json_text(compiled):
    assert compiled({"a": '{"x": 1}'}, "json") == {"a": '{"x": 1}'}


@pytest.mark.parametrize(
    "rows",
    [
        TABLE,
        TABLE.combine_chunks().to_batches()[0],
        pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)]),
        TABLE.to_pandas(),
        TABLE.to_pandas().astype({"key": "category"}),
        pl.from_arrow(TABLE),
        pl.from_arrow(TABLE).cast({"key": pl.Categorical}),
        TABLE.set_column(0, "key", TABLE["key"].cast(pa.large_string())),
        TABLE.set_column(0, "key", TABLE["key"].cast(pa.binary())),
        TABLE.set_column(0, "key", TABLE["key"].cast(pa.string_view())),
        TABLE.set_column(1, "value", TABLE["value"].cast(pa.uint8())),
        UserDict({"a": 1, "b": 2, "c": 3}),
        {"a": 1, "b": 2, "c": 3}.items(),
    ],
    ids=lambda rows: type(rows).__qualname__,
)
def test_every_source(compiled, rows):
    assert compiled(rows) == {"a": 1, "b": 2, "c": 3}


def test_a_reader_of_batches(compiled):
    assert compiled(TABLE.to_reader()) == {"a": 1, "b": 2, "c": 3}
    batches = (pa.record_batch({"key": [str(number)], "value": [number]}) for number in range(3))
    schema = pa.schema({"key": pa.string(), "value": pa.int64()})
    assert compiled(pa.RecordBatchReader.from_batches(schema, batches)) == {"0": 0, "1": 1, "2": 2}


def test_columns_by_name(compiled):
    table = pa.table({"number": [1, 2], "name": ["x", "y"], "share": [0.5, None], "more": [{"a": [1]}, None]})
    whole = {"x": {"number": 1, "share": 0.5, "more": {"a": [1]}}, "y": {"number": 2, "share": None, "more": None}}
    for frame in (table, table.to_pandas(types_mapper=pd.ArrowDtype), pl.from_arrow(table)):
        assert compiled(frame, key="name") == whole
        assert compiled(frame, key="name", value="number") == {"x": 1, "y": 2}
        assert compiled(frame, key="name", value=["number"]) == {"x": {"number": 1}, "y": {"number": 2}}
        assert compiled(frame, "key-only", key="name") == {"x": None, "y": None}


def test_data_frames_without_pyarrow(compiled, monkeypatch):
    monkeypatch.setattr(_compile, "_is_pandas_alone", lambda _: True)
    frame = pd.DataFrame({"number": [1, 2], "name": ["x", "y"], "text": ["p", "q"]})
    assert compiled(frame, key="name") == {"x": {"number": 1, "text": "p"}, "y": {"number": 2, "text": "q"}}
    assert compiled(frame, key="name", value="number") == {"x": 1, "y": 2}
    assert compiled(frame[["name"]]) == {"x": None, "y": None}
    with pytest.raises(ArgumentError):
        keyfold.compile(frame, "unused", key="other")


@pytest.mark.parametrize(
    ("array", "values"),
    [
        (pa.array([True, None]), [True, None]),
        (pa.array([1.5, -0.0], pa.float32()), [1.5, -0.0]),
        (pa.array([[("x", 1)], []], pa.map_(pa.string(), pa.int8())), [{"x": 1}, {}]),
        (pa.array([[[1], None], None], pa.large_list(pa.list_(pa.int64()))), [[[1], None], None]),
        (pa.array([[-1, 2], [3, 4]], pa.list_(pa.int16(), 2)), [[-1, 2], [3, 4]]),
        (pa.array(["x", "x"]).dictionary_encode(), ["x", "x"]),
        (pa.nulls(2), [None, None]),
    ],
    ids=lambda array: str(getattr(array, "type", "")),
)
def test_cells_as_documents(compiled, array, values):
    table = pa.table({"key": ["a", "b"], "value": array})
    assert exactly(list(compiled(table, "json").values())) == exactly(values)


@pytest.mark.parametrize("item", [pa.float32(), pa.float64(), pa.float16()])
@pytest.mark.parametrize("size", [-1, 2])
def test_columns_of_vectors(compiled, item, size):
    table = pa.table({"key": ["a", "b"], "value": pa.array([[1.0, 2.5], [3.0, 4.0]], pa.list_(item, size))})
    assert compiled(table) == {"a": [1.0, 2.5], "b": [3.0, 4.0]}


@pytest.mark.parametrize(
    ("table", "options"),
    [
        (pa.table({"k": [1], "v": [1]}), {}),
        (TABLE, {"key": "other"}),
        (TABLE, {"value": ["other"]}),
        (TABLE, {"kind": "string"}),
        (TABLE, {"kind": "float-vector"}),
        (TABLE, {"kind": "int", "value": ["value"]}),
        (TABLE.select(["key"]), {"kind": "int"}),
        (pa.table({"k": ["a"], "v": pa.array([0], pa.timestamp("s"))}), {}),
        (pa.table({"k": ["a"], "v": [b"x"]}), {"kind": "json"}),
        (pa.table({}), {}),
        ([("a", 1)], {"key": "a"}),
        ("text", {}),
        (None, {}),
        ([5], {}),
    ],
    ids=repr,
)
def test_what_is_no_source(path, table, options):
    with pytest.raises(ArgumentError):
        keyfold.compile(table, path, **options)
    assert not path.exists()


@pytest.mark.parametrize("values", [{"tenant": "x", "user": ""}, ("x", ""), [b"x", b""]], ids=repr)
def test_secondary_keys(path, layout, values):
    keyfold.compile([("a", values, 1), ("a", ("y", "z"), 2)], path, secondary=["tenant", "user"], format=layout)
    opened = keyfold.open(path)
    assert opened.names == ["tenant", "user"]
    assert dict(opened.under(tenant="x", user="").items()) == {"a": 1}
    assert dict(opened.under(tenant="y", user="z").items()) == {"a": 2}


def test_secondary_keys_from_columns(path, layout):
    frame = pa.table({"key": ["a", "a"], "tenant": ["x", "y"], "value": [1, 2]})
    keyfold.compile(frame, path, secondary=["tenant"], format=layout)
    assert dict(keyfold.open(path).under(tenant="y").items()) == {"a": 2}


def test_secondary_keys_that_are_missing(path):
    with pytest.raises(FieldError):
        keyfold.compile([("a", {"user": "x"}, 1)], path, secondary=["tenant"])
    with pytest.raises(RowError):
        keyfold.compile([("a", 1)], path, "int", secondary=["tenant"])
    with pytest.raises(OptionError):
        keyfold.compile([("a", ("x",), 1)], path, secondary=["tenant"], sorted=True)


BAD = [
    ("int", "x", -1, RangeError),
    ("int", "x", 2**64, RangeError),
    ("int", "x", "1", ArgumentError),
    ("int", "x", 1.5, ArgumentError),
    ("int", "x", None, RowError),
    ("completion", "x", 2**60, RowError),
    ("string", "x", "a\0b", RowError),
    ("string", "x", 5, ArgumentError),
    ("key-only", "x", 5, RowError),
    ("json", "x", {1}, RowError),
    ("json", "x", {1: 2}, RowError),
    ("json", "x", b"x", RowError),
    ("json", "x", 2**64, RangeError),
    ("float-vector", "x", [1.0], RowError),
    ("float-vector", "x", ["1", "2"], ArgumentError),
    ("int", "", 1, RowError),
    ("int", 5, 1, ArgumentError),
    ("int", "\ud800", 1, RowError),
]


@pytest.mark.parametrize(("kind", "key", "value", "error"), BAD, ids=repr)
def test_rows_that_cannot_be_stored(path, layout, kind, key, value, error):
    rows = [*KINDS[kind].items(), (key, value), ("z", KINDS[kind]["a"])]
    with pytest.raises(error, match=f"^row {len(rows) - 2}: "):
        keyfold.compile(rows, path, kind, format=layout)
    assert os.listdir(path.parent) == []
    summary = keyfold.compile(rows, path, kind, format=layout, on_error="skip")
    assert (summary.rows, summary.keys, summary.rejected) == (len(rows), len(rows) - 1, 1)
    assert [row for row, _ in summary.errors] == [len(rows) - 2]
    assert (key in contents(path)) is False


def test_a_list_that_holds_itself(path):
    endless = []
    endless.append(endless)
    with pytest.raises(RowError):
        keyfold.compile({"a": endless}, path, "json")


def test_cells_that_cannot_be_stored(path):
    table = pa.table({"key": ["a", None, "c", ""], "value": [1, 2, -3, 4]})
    with pytest.raises(RowError, match="^row 1: the key is null"):
        keyfold.compile(table, path)
    summary = keyfold.compile(table, path, on_error="skip")
    assert [row for row, _ in summary.errors] == [1, 2, 3]
    assert contents(path) == {"a": 1}


def test_duplicates(compiled, path):
    rows = [("a", 1), ("b", 2), ("a", 3)]
    assert compiled(rows) == {"a": 3, "b": 2}
    assert compiled(rows, on_duplicate="first") == {"a": 1, "b": 2}
    with pytest.raises(DuplicateKeyError):
        compiled(rows, on_duplicate="error")


def test_the_summary(path):
    summary = keyfold.compile([("a", 1), ("a", 2), ("b", 3), ("", 4)], path, on_error="skip")
    assert (summary.rows, summary.keys, summary.duplicates, summary.rejected) == (4, 2, 1, 1)
    assert summary.bytes == path.stat().st_size
    assert repr(summary) == f"Summary(rows=4, keys=2, duplicates=1, rejected=1, bytes={summary.bytes})"
    assert len(summary.errors) == 1


def test_rows_that_are_not_sorted(path):
    with pytest.raises(OrderError):
        keyfold.compile([("b", 1), ("a", 2)], path, sorted=True)
    assert os.listdir(path.parent) == []


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "text"},
        {"on_error": "ignore"},
        {"on_duplicate": "any"},
        {"format": "zip"},
        {"profile": "large"},
        {"memory_limit": "1Q"},
        {"memory_limit": "1K"},
        {"memory_limit": 5},
        {"compression": "lzma"},
        {"floating_point_precision": "half"},
    ],
    ids=repr,
)
def test_options_that_do_not_fit(path, options):
    with pytest.raises(OptionError):
        keyfold.compile([("a", 1)], path, **options)


def test_options(path, tmp_path):
    rows = {"a": {"text": "x" * 500, "share": 0.1}, "b": {"text": "y", "share": 0.5}}
    keyfold.compile(
        rows,
        path,
        format="keyvi",
        memory_limit="2M",
        temporary_path=tmp_path,
        compression="zlib",
        compression_threshold=100,
        minimization=False,
        floating_point_precision="single",
        parallel_sort_threshold=0,
        manifest="some text",
    )
    opened = keyfold.open(path)
    assert opened.manifest == "some text"
    assert opened["a"] == rows["a"]
    assert path.stat().st_size < 1500
    assert [_compile._bytes(size) for size in ("1", "2k", "1 KB", "3MiB", "1G")] == [1, 2048, 1000, 3 << 20, 1 << 30]


def test_folded_keys(path):
    keyfold.compile({"Straße": 1, "ﬁ": 2}, path, fold_case=True, nfkc=True)
    assert contents(path) == {"Straße": 1, "ﬁ": 2}


def test_a_file_that_exists(path):
    keyfold.compile({"a": 1}, path)
    before = path.read_bytes()
    rows = iter([("b", 2)])
    with pytest.raises(FileExists) as caught:
        keyfold.compile(rows, path)
    assert caught.value.filename == str(path)
    # It is found out before any row is read.
    assert next(rows) == ("b", 2)
    assert path.read_bytes() == before
    keyfold.compile({"b": 2}, str(path), replace=True)
    assert contents(path) == {"b": 2}


def test_a_build_that_fails_leaves_the_old_file(path):
    keyfold.compile({"a": 1}, path)

    def rows():
        yield from ((str(number), number) for number in range(100_000))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keyfold.compile(rows(), path, replace=True)
    assert contents(path) == {"a": 1}
    assert os.listdir(path.parent) == [path.name]


def test_places_that_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFound):
        keyfold.compile({"a": 1}, tmp_path / "missing" / "file")
    with pytest.raises(FileNotFound):
        keyfold.compile({"a": 1}, tmp_path / "file", temporary_path=tmp_path / "missing")
    with pytest.raises(OSError):
        keyfold.compile({"a": 1}, tmp_path, replace=True)
    with pytest.raises(ArgumentError):
        keyfold.compile({"a": 1}, 5)


def test_a_folder_to_be_read_only(tmp_path):
    tmp_path.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        # Root may write anywhere.
        os.seteuid(65534)
    try:
        with pytest.raises(PermissionError):
            keyfold.compile({"a": 1}, tmp_path / "file")
    finally:
        os.seteuid(user)


def test_paths_of_every_type(path):
    for form in (path, str(path), bytes(path)):
        keyfold.compile({"a": 1}, form, replace=True)
        assert contents(path) == {"a": 1}


def test_progress(path):
    told = []

    def rows():
        for number in range(3):
            yield str(number), number
            time.sleep(0.15)
            yield from ((f"{number} {i}", i) for i in range(1000))

    keyfold.compile(rows(), path, progress=lambda rows, keys: told.append((rows, keys)))
    assert told[-1] == (3003, 3003)
    assert [rows for rows, _ in told] == sorted(rows for rows, _ in told)
    assert len(told) >= 3


def test_progress_that_fails(path):
    def stop(rows, keys):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keyfold.compile({"a": 1}, path, progress=stop)


def test_a_line_at_the_end(path, capsys):
    keyfold.compile({"a": 1}, path, progress=True)
    assert capsys.readouterr().err.startswith("1 rows, 1 keys, ")


def test_real_documents_are_what_json_makes_of_them(compiled):
    documents = {f"city {i}": {"name": f"c{i}", "pop": i * 17, "at": [i / 7, -i / 3], "tags": ["x"] * (i % 4)} for i in range(3000)}
    text = {key: json.loads(json.dumps(document)) for key, document in documents.items()}
    assert exactly(sorted(compiled(documents).items())) == exactly(sorted(text.items()))


def test_endless_rows_are_read_one_by_one(path):
    rows = itertools.chain([("a", 1)], (pytest.fail("read too far") for _ in [0]))
    with pytest.raises(RowError):
        keyfold.compile(itertools.chain([("a", -1)], rows), path, "int")


def test_relative_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keyfold.compile({"a": 1}, Path("file"))
    assert contents("file") == {"a": 1}
