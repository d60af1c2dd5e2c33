"""`keyfold.compile` and `keyfold.merge`: arguments are checked and completed here, the work is done in `keyfold._native`."""

import errno
import importlib.util
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from keyfold import _progress
from keyfold._native import Summary, compile_rows, merge_files
from keyfold.exceptions import ArgumentError, FileExists, OptionError

__all__ = ["compile", "merge"]

_Path: TypeAlias = str | bytes | os.PathLike[str]
_Callback: TypeAlias = Callable[[int, int], object]

_KINDS = ("key-only", "int", "completion", "string", "json", "float-vector")


def compile(
    rows: Any,
    path: _Path,
    kind: Literal["key-only", "int", "completion", "string", "json", "float-vector"] | None = None,
    *,
    key: str | None = None,
    value: str | Sequence[str] | None = None,
    secondary: Sequence[str] = (),
    sorted: bool = False,
    on_error: Literal["raise", "skip"] = "raise",
    on_duplicate: Literal["last", "first", "error"] = "last",
    replace: bool = False,
    progress: bool | _Callback | None = None,
    format: Literal["native", "keyvi"] | None = None,
    profile: Literal["fast", "small"] | None = None,
    memory_limit: int | str | None = None,
    temporary_path: _Path | None = None,
    compression: Literal["none", "zlib", "snappy", "zstd"] | None = None,
    compression_threshold: int | None = None,
    minimization: bool | None = None,
    floating_point_precision: Literal["double", "single"] | None = None,
    parallel_sort_threshold: int | None = None,
    vector_size: int | None = None,
    fold_case: bool = False,
    nfkc: bool = False,
    manifest: str = "",
) -> Summary:
    """Compiles rows into the file `path`, which appears complete or not at all.

    `rows` are, in any order:

    - an iterable of pairs of key and value, a generator for instance, of which never more than the memory limit is held; for the kind
      key-only keys alone will do. With `secondary` a row is key, secondary values (a dict, or a tuple in the order of the names) and
      value, as for keyvi's compilers.
    - a mapping of keys to values.
    - a pandas or polars data frame, a pyarrow Table, RecordBatch or RecordBatchReader, or whatever else hands out Arrow streams. `key` and
      `value` name the columns. Without them keys are in the first column that is no secondary key, and values in the next one; if
      there are more, or if `value` is a list of names, each row's value is a document with these columns as its fields.

    Keys are `str` or `bytes`. Values are, by `kind`: `int` from 0 on (int, completion); `str` or `bytes` (string); documents made of `dict`,
    `list`, `tuple`, `str`, `int`, `float`, `bool` and `None`, and of NumPy's scalars and arrays (json; a `str` is stored as the string
    it is, where keyvi's compilers parse it); lists of numbers (float-vector). Without `kind` the first value decides: `int` from 0 on
    gives int, `str` or `bytes` string, no value or `None` key-only, a list of `float` float-vector, everything else json.

    - `sorted`: keys come in byte order and are written as they come; others are an error.
    - `on_error`: what becomes of a row that cannot be stored. "skip" leaves it out; the summary counts them and tells why.
    - `on_duplicate`: which row stays of those with the same key.
    - `replace`: whether a file that exists is replaced.
    - `progress`: True for a bar (by tqdm, on a terminal) or a line at the end; or a callable that is told of the rows read and the keys
      written about ten times a second.
    - `memory_limit`: bytes, or text such as "64M" or "1G".
    - `vector_size`: the length of all vectors; without it that of the first.
    - `fold_case`, `nfkc`: keys are stored without regard to case, or to how Unicode encodes them, so that text is searched alike.
    - the others as in keyvi, see docs/cli.md: layout, compression and so on.
    """
    options = _options(
        format=format,
        profile=profile,
        memory_limit=_bytes(memory_limit),
        temporary_path=None if temporary_path is None else os.fsdecode(temporary_path),
        compression=compression,
        compression_threshold=compression_threshold,
        minimization=None if minimization is None else "on" if minimization else "off",
        floating_point_precision=floating_point_precision,
        parallel_sort_threshold=parallel_sort_threshold,
    )
    if on_error not in ("raise", "skip"):
        raise OptionError(f"on_error: {on_error!r} is neither 'raise' nor 'skip'")
    if kind is not None and kind not in _KINDS:
        raise OptionError(f"kind: {kind!r} is none of {', '.join(_KINDS)}")
    _check_output(path, replace)
    total = len(rows) if hasattr(rows, "__len__") else None
    fields = value if value is None or isinstance(value, str) else list(value)
    arrow = hasattr(rows, "__arrow_c_stream__") or hasattr(rows, "__arrow_c_array__")
    if arrow and _is_pandas_alone(rows):
        rows, arrow = _pandas_rows(rows, key, fields, list(secondary), kind), False
    elif not arrow and (key is not None or value is not None):
        raise ArgumentError("key and value name columns of data frames")
    name: str | None = kind
    if not arrow:
        if isinstance(rows, str | bytes):
            raise ArgumentError("rows are an iterable of pairs, not a text")
        try:
            rows = iter(rows.items() if isinstance(rows, Mapping) else rows)
        except TypeError as error:
            raise ArgumentError(f"rows: {error}") from error
        rows, name, size = _first(rows, kind, len(secondary))
        vector_size = size if vector_size is None else vector_size
    plan = _plan(
        kind=name,
        options=options,
        on_duplicate=on_duplicate,
        vector_size=vector_size,
        secondary=list(secondary),
        fold_case=fold_case,
        nfkc=nfkc,
        manifest=manifest,
        sorted=sorted,
        skip=on_error == "skip",
        replace=replace,
        arrow=arrow,
        key=key,
        value=fields,
    )
    with _progress.watch(progress, total) as callback:
        return compile_rows(rows, path, plan, callback)


def merge(
    paths: Iterable[_Path],
    path: _Path,
    *,
    append: bool = False,
    replace: bool = False,
    progress: bool | _Callback | None = None,
    format: Literal["native", "keyvi"] | None = None,
    profile: Literal["fast", "small"] | None = None,
    memory_limit: int | str | None = None,
    temporary_path: _Path | None = None,
    minimization: bool | None = None,
    manifest: str = "",
) -> Summary:
    """Merges dictionaries of one kind, the oldest first, into the file `path`: of entries with the same key the newest stays.

    If a list of deleted keys stands beside an input (its name with `.dk` appended), these keys count as deleted in it. The output has
    keyvi's layout if all inputs have, else the native one, unless `format` says otherwise. With `append` the values of keyvi's files are
    copied as a whole: faster, but values of replaced and deleted keys stay.
    """
    options = _options(
        format=format,
        profile=profile,
        memory_limit=_bytes(memory_limit),
        temporary_path=None if temporary_path is None else os.fsdecode(temporary_path),
        minimization=None if minimization is None else "on" if minimization else "off",
    )
    if isinstance(paths, str | bytes | os.PathLike):
        raise ArgumentError("paths are an iterable of paths, not one path")
    _check_output(path, replace)
    plan = _plan(options=options, manifest=manifest, replace=replace)
    with _progress.watch(progress, None) as callback:
        return merge_files(list(paths), path, plan, append, callback)


def _check_output(path: _Path, replace: bool) -> None:
    """Whether there may be a file, so that this need not be found out in the end."""
    if not isinstance(path, str | bytes | os.PathLike):
        raise ArgumentError(f"a path is needed, not {type(path).__name__}")
    if not replace and os.path.lexists(path):
        raise FileExists(errno.EEXIST, "the file exists", os.fsdecode(path))


def _options(**given: Any) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None}


def _plan(**given: Any) -> dict[str, Any]:
    plan: dict[str, Any] = {
        "kind": None,
        "options": {},
        "on_duplicate": "last",
        "vector_size": None,
        "secondary": [],
        "fold_case": False,
        "nfkc": False,
        "manifest": "",
        "sorted": False,
        "skip": False,
        "replace": False,
        "arrow": False,
        "key": None,
        "value": None,
    }
    return plan | given


def _bytes(size: int | str | None) -> int | None:
    """A size in bytes, from a number or text such as "64M", "500 MB" or "1GiB"."""
    if not isinstance(size, str):
        return size
    found = re.fullmatch(r"\s*(\d+)\s*([KMGT]?)(I?B)?\s*", size.upper())
    if found is None:
        raise OptionError(f"memory_limit: {size!r} is no size such as 64M or 1G")
    number, unit, suffix = found.groups()
    powers = "KMGT".index(unit) + 1 if unit else 0
    factor: int = (1000 if suffix == "B" else 1024) ** powers
    return int(number) * factor


def _first(rows: Iterator[Any], kind: str | None, secondary: int) -> tuple[Iterator[Any], str, int | None]:
    """All rows, their kind, and the length of the vectors, judged by the first."""
    try:
        first = next(rows)
    except StopIteration:
        return rows, kind or "key-only", None
    value: Any = None
    before = 2 if secondary else 1
    if isinstance(first, tuple | list) and len(first) > before:
        value = first[before]
    kind = kind or _kind(value)
    size = None
    if kind == "float-vector" and hasattr(value, "__len__"):
        size = len(value)
    return itertools.chain((first,), rows), kind, size


def _kind(value: Any) -> str:
    """The kind that a value is of."""
    if value is None:
        return "key-only"
    if isinstance(value, str | bytes):
        return "string"
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, bool):
        return "json"
    if isinstance(value, int):
        return "int" if value >= 0 else "json"
    if isinstance(value, list | tuple) and value and all(isinstance(item, float) for item in value):
        return "float-vector"
    return "json"


def _is_pandas_alone(rows: Any) -> bool:
    """Whether rows are a pandas data frame that cannot be had as Arrow, since pyarrow is missing."""
    if type(rows).__module__.partition(".")[0] != "pandas":
        return False
    return importlib.util.find_spec("pyarrow") is None


def _pandas_rows(
    frame: Any, key: str | None, value: str | list[str] | None, secondary: list[str], kind: str | None
) -> Iterator[Any]:
    """The rows of a pandas data frame, by columns."""
    names = list(frame.columns)
    for name in [key, *([value] if isinstance(value, str) else value or []), *secondary]:
        if name is not None and name not in names:
            raise ArgumentError(f"there is no column {name!r}")
    free = [name for name in names if name not in secondary]
    if key is None and not free:
        raise ArgumentError("there is no column for the keys")
    key = free[0] if key is None else key
    rest = [name for name in free if name != key]
    columns = [frame[key].tolist()]
    if secondary:
        columns.append(list(zip(*(frame[name].tolist() for name in secondary), strict=True)))
    if value is None and kind != "key-only" and rest:
        value = rest[0] if len(rest) == 1 else rest
    if isinstance(value, str):
        columns.append(frame[value].tolist())
    elif value is not None:
        fields = value
        cells = zip(*(frame[name].tolist() for name in fields), strict=True)
        columns.append([dict(zip(fields, row, strict=True)) for row in cells])
    return zip(*columns, strict=True)
