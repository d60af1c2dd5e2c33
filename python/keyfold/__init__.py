"""An immutable key-value index in one memory-mapped file, and an index of such files that can be written to."""

from collections.abc import Mapping

from keyfold import _deprecated as _deprecated
from keyfold._compile import compile, merge
from keyfold._constants import CompressionAlgorithm, loading_strategy_types
from keyfold._native import (
    ArrowArray,
    Dictionary,
    Entries,
    Index,
    IndexWriter,
    Match,
    MatchIterator,
    Merged,
    SecondaryDictionary,
    Snapshot,
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
    "Index",
    "IndexWriter",
    "Match",
    "MatchIterator",
    "Merged",
    "SecondaryDictionary",
    "Snapshot",
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
