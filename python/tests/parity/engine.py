"""The two packages behind one interface: keyvi and keyfold."""

import importlib
import warnings
from contextlib import contextmanager
from functools import cache

import pytest

NAMES = ("keyvi", "keyfold")
MODULES = ("compiler", "completion", "dictionary", "index", "util", "vector")


class Engine:
    """A package: its modules, and the names at its top level."""

    def __init__(self, name):
        package = importlib.import_module(name)
        self.name = name
        self.ours = name == "keyfold"
        self.Match = package.Match
        self.MatchIterator = package.MatchIterator
        self.CompressionAlgorithm = package.CompressionAlgorithm
        self.loading_strategy_types = package.loading_strategy_types
        self.version = package.__version__
        for module in MODULES:
            setattr(self, module, importlib.import_module(f"{name}.{module}"))
        self._error = importlib.import_module("keyfold.exceptions").Error if self.ours else None

    def refuses(self, text="can not handle type of"):
        """The context of a call for which keyvi raises a plain `Exception` with this text: one that fits none of a
        method's signatures. Any class inherits from it, so keyfold's is held to what people would catch.
        """
        if self.ours:
            return pytest.raises((TypeError, ValueError, self._error))
        return pytest.raises(Exception, match=text)

    @contextmanager
    def ignoring(self):
        """The context of a call that ignores something. keyvi does so without a word, keyfold may warn."""
        with warnings.catch_warnings():
            if self.ours:
                warnings.simplefilter("ignore", UserWarning)
            yield


@cache
def load(name):
    """A package by its name; one that is not installed is an error."""
    return Engine(name)
