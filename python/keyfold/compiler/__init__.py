"""keyvi's compilers, mergers and generator. They write keyvi's layout, unless the option `format` is `native`."""

import warnings
from typing import Any

from keyfold._native import (
    CompletionDictionaryCompiler,
    CompletionDictionaryMerger,
    FloatVectorDictionaryCompiler,
    IntDictionaryCompiler,
    IntDictionaryMerger,
    JsonDictionaryCompiler,
    JsonDictionaryMerger,
    KeyOnlyDictionaryCompiler,
    KeyOnlyDictionaryGenerator,
    KeyOnlyDictionaryMerger,
    SecondaryKeyCompletionDictionaryCompiler,
    SecondaryKeyFloatVectorDictionaryCompiler,
    SecondaryKeyIntDictionaryCompiler,
    SecondaryKeyJsonDictionaryCompiler,
    SecondaryKeyKeyOnlyDictionaryCompiler,
    SecondaryKeyStringDictionaryCompiler,
    StringDictionaryCompiler,
    StringDictionaryMerger,
)

__all__ = [
    "CompletionDictionaryCompiler",
    "CompletionDictionaryMerger",
    "FloatVectorDictionaryCompiler",
    "IntDictionaryCompiler",
    "IntDictionaryCompilerSmallData",
    "IntDictionaryMerger",
    "JsonDictionaryCompiler",
    "JsonDictionaryCompilerSmallData",
    "JsonDictionaryMerger",
    "KeyOnlyDictionaryCompiler",
    "KeyOnlyDictionaryGenerator",
    "KeyOnlyDictionaryMerger",
    "SecondaryKeyCompletionDictionaryCompiler",
    "SecondaryKeyFloatVectorDictionaryCompiler",
    "SecondaryKeyIntDictionaryCompiler",
    "SecondaryKeyJsonDictionaryCompiler",
    "SecondaryKeyKeyOnlyDictionaryCompiler",
    "SecondaryKeyStringDictionaryCompiler",
    "StringDictionaryCompiler",
    "StringDictionaryMerger",
]


def _warn(old: str, new: str) -> None:
    text = f"{old} is deprecated and will be removed in a future version. Use {new} instead."
    warnings.warn(text, stacklevel=3)


def JsonDictionaryCompilerSmallData(*args: Any, **kwargs: Any) -> JsonDictionaryCompiler:
    """A `JsonDictionaryCompiler`, under a name that is deprecated."""
    _warn("JsonDictionaryCompilerSmallData", "JsonDictionaryCompiler")
    return JsonDictionaryCompiler(*args, **kwargs)


def IntDictionaryCompilerSmallData(*args: Any, **kwargs: Any) -> IntDictionaryCompiler:
    """An `IntDictionaryCompiler`, under a name that is deprecated."""
    _warn("IntDictionaryCompilerSmallData", "IntDictionaryCompiler")
    return IntDictionaryCompiler(*args, **kwargs)
