"""keyvi's Python API, asked of keyvi and of keyfold: fixtures that all the tests share.

`kv` runs a test once for each engine; `both` gives the two to tests that compare them.
"""

import itertools
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

# How the real rows are cut is shared with the tests of the command line.
_FOLDER = Path(__file__).resolve().parent
sys.path += [str(_FOLDER), str(_FOLDER.parents[2] / "cli" / "tests" / "interop")]

import engine  # noqa: E402
import making  # noqa: E402


@pytest.fixture(params=engine.NAMES)
def kv(request):
    """An engine."""
    return engine.load(request.param)


@pytest.fixture
def both():
    """The two engines, for tests that compare them."""
    return SimpleNamespace(**{name: engine.load(name) for name in engine.NAMES})


@pytest.fixture
def fresh(tmp_path):
    """fresh(): the path of a file that does not exist yet, as text."""
    numbers = itertools.count()
    return lambda: str(tmp_path / f"{next(numbers)}.kv")


@pytest.fixture
def made(kv, fresh):
    """made(kind, rows, params, manifest): the engine's dictionary of these rows, written and opened by it."""

    def make(kind, rows=None, params=None, manifest=None):
        rows = making.FEW[kind] if rows is None else rows
        path = making.write(making.compiler(kv, kind, params), rows, fresh(), manifest)
        return kv.dictionary.Dictionary(path)

    return make
