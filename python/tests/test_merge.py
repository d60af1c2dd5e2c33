"""`keyfold.merge`: several files into one."""

import pytest

import keyfold
from keyfold.exceptions import ArgumentError, FileExists, FileNotFound, FormatError, OptionError


def contents(path):
    with keyfold.open(path) as opened:
        return dict(opened.items())


def test_merging(tmp_path, layout):
    parts = [{"a": 1, "b": 2}, {"b": 3, "c": 4}]
    paths = [tmp_path / str(number) for number in range(len(parts))]
    for rows, path in zip(parts, paths, strict=True):
        keyfold.compile(rows, path, format=layout)
    out = tmp_path / "all"
    told = []
    summary = keyfold.merge(paths, out, progress=lambda rows, keys: told.append((rows, keys)), manifest="text")
    assert (summary.rows, summary.keys, summary.duplicates, summary.rejected) == (4, 3, 1, 0)
    assert contents(out) == {"a": 1, "b": 3, "c": 4}
    assert keyfold.open(out).manifest == "text"
    # The layout is that of the inputs.
    assert out.read_bytes()[:8] == paths[0].read_bytes()[:8]
    assert told[-1] == (4, 3)
    with pytest.raises(FileExists):
        keyfold.merge(paths, out)
    for format in ("native", "keyvi"):
        keyfold.merge(iter(paths), out, format=format, replace=True)
        assert contents(out) == {"a": 1, "b": 3, "c": 4}


def test_merges_that_fail(tmp_path):
    numbers, texts, out = tmp_path / "numbers", tmp_path / "texts", tmp_path / "out"
    keyfold.compile({"a": 1}, numbers)
    keyfold.compile({"a": "x"}, texts)
    for paths, error in (
        ([numbers, texts], FormatError),
        ([], FormatError),
        ([numbers, tmp_path / "missing"], FileNotFound),
        (numbers, ArgumentError),
        (str(numbers), ArgumentError),
    ):
        with pytest.raises(error):
            keyfold.merge(paths, out)
    with pytest.raises(OptionError):
        keyfold.merge([numbers], out, append=True)
    assert not out.exists()


def test_appended_values(tmp_path):
    paths = [tmp_path / name for name in "ab"]
    for path in paths:
        keyfold.compile({path.name: path.name * 100}, path, format="keyvi")
    keyfold.merge(paths, tmp_path / "out", append=True)
    assert contents(tmp_path / "out") == {"a": "a" * 100, "b": "b" * 100}
