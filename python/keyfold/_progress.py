"""The progress of long calls, on a terminal."""

import importlib
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

__all__ = ["Progress", "watch"]

Callback = Callable[[int, int], object]


class Progress:
    """Shows rows and keys: as a bar of tqdm where it is installed and standard error is a terminal, else as a line at the end."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._bar: Any = None
        self._stage = ""
        self._last = (0, 0)
        self._start = time.monotonic()
        self._tqdm = _tqdm()

    def __enter__(self) -> Callback:
        return self._tell

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()
        if kind is None and self._tqdm is None:
            rows, keys = self._last
            seconds = time.monotonic() - self._start
            print(f"{rows} rows, {keys} keys, {seconds:.1f} s", file=sys.stderr)

    def _tell(self, rows: int, keys: int) -> None:
        self._last = (rows, keys)
        if self._tqdm is None:
            return
        stage, done, total = ("writing", keys, rows) if keys else ("reading", rows, self._total)
        if stage != self._stage:
            self._close()
            self._bar = self._tqdm(total=total, desc=stage, unit=" keys" if keys else " rows", file=sys.stderr, leave=False)
            self._stage = stage
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class _Nothing:
    def __init__(self, callback: Callback | None) -> None:
        self._callback = callback

    def __enter__(self) -> Callback | None:
        return self._callback

    def __exit__(self, *_: object) -> None:
        pass


def watch(progress: bool | Callback | None, total: int | None) -> Progress | _Nothing:
    """The context of a call that is told of as `progress` says; entered, it gives the callback."""
    if progress is True:
        return Progress(total)
    return _Nothing(progress if callable(progress) else None)


def _tqdm() -> Any:
    """The class of the bars, if there are to be any."""
    if not sys.stderr.isatty():
        return None
    try:
        return importlib.import_module("tqdm").tqdm
    except ImportError:
        return None
