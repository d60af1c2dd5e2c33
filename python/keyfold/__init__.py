"""An immutable key-value index in one memory-mapped file."""

from collections.abc import Mapping

from keyfold import _deprecated as _deprecated
from keyfold._compile import compile, merge
from keyfold._constants import CompressionAlgorithm, loading_strategy_types
from keyfold._native import (
    ArrowArray,
    Dictionary,
    Entries,
    Match,
    MatchIterator,
    Merged,
    SecondaryDictionary,
    Summary,
    Vector,
    View,
    __version__,
    merged,
    open,
)
from keyfold.exceptions import Error

__all__ = [
    "ArrowArray",
    "CompressionAlgorithm",
    "Dictionary",
    "Entries",
    "Error",
    "Match",
    "MatchIterator",
    "Merged",
    "SecondaryDictionary",
    "Summary",
    "Vector",
    "View",
    "__version__",
    "compile",
    "loading_strategy_types",
    "merge",
    "merged",
    "open",
]

Mapping.register(Entries)
