"""The names that keyvi has given up: they work and warn, as keyvi's do. Importing this module adds them to the classes."""

import warnings
from collections.abc import Callable
from typing import Any

from keyfold import _native

__all__: list[str] = []

_COMPILER = {"Add": "add", "Compile": "compile", "SetManifest": "set_manifest", "WriteToFile": "write_to_file"}
_MERGER = {"Add": "add", "Merge": "merge", "SetManifest": "set_manifest"}
_VECTOR = {"Get": "__getitem__", "Size": "__len__", "Manifest": "manifest"}
_VECTOR_GENERATOR = {"PushBack": "append", "SetManifest": "set_manifest", "WriteToFile": "write_to_file"}

# by class, the old names of methods with the new ones
_METHODS: dict[type, dict[str, str]] = {
    _native.KeyviDictionary: {
        "Get": "match",
        "GetAllItems": "items",
        "GetAllKeys": "keys",
        "GetAllValues": "values",
        "GetFuzzy": "match_fuzzy",
        "GetManifest": "manifest",
        "GetNear": "match_near",
        "GetStatistics": "statistics",
        "Lookup": "search",
        "LookupText": "search_tokenized",
    },
    _native.KeyviIndex: {
        "Delete": "delete",
        "Flush": "flush",
        "Get": "get",
        "GetFuzzy": "get_fuzzy",
        "GetNear": "get_near",
        "MSet": "bulk_set",
        "Set": "set",
    },
    _native.KeyviReadOnlyIndex: {"Get": "get", "GetFuzzy": "get_fuzzy", "GetNear": "get_near"},
    _native.Match: {"GetRawValueAsString": "dumps", "GetValueAsString": "value_as_string"},
    _native.PrefixCompletion: {"GetCompletions": "complete", "GetFuzzyCompletions": "complete_fuzzy"},
    _native.MultiWordCompletion: {"GetCompletions": "complete"},
    _native.ForwardBackwardCompletion: {"GetCompletions": "complete"},
    _native.JsonVector: _VECTOR,
    _native.StringVector: _VECTOR,
    _native.JsonVectorGenerator: _VECTOR_GENERATOR,
    _native.StringVectorGenerator: _VECTOR_GENERATOR,
    _native.CompletionDictionaryCompiler: _COMPILER,
    _native.FloatVectorDictionaryCompiler: _COMPILER,
    _native.IntDictionaryCompiler: _COMPILER,
    _native.JsonDictionaryCompiler: _COMPILER,
    _native.KeyOnlyDictionaryCompiler: _COMPILER,
    _native.StringDictionaryCompiler: _COMPILER,
    _native.CompletionDictionaryMerger: _MERGER,
    _native.IntDictionaryMerger: _MERGER,
    _native.JsonDictionaryMerger: _MERGER,
    _native.KeyOnlyDictionaryMerger: _MERGER,
    _native.StringDictionaryMerger: _MERGER,
    _native.KeyOnlyDictionaryGenerator: {
        "Add": "add",
        "CloseFeeding": "close_feeding",
        "WriteToFile": "write_to_file",
    },
}

# the properties of a match that had methods before
_READ = {
    "GetEnd": "end",
    "GetMatchedString": "matched_string",
    "GetScore": "score",
    "GetStart": "start",
    "GetValue": "value",
}
_WRITTEN = {
    "SetEnd": "end",
    "SetMatchedString": "matched_string",
    "SetScore": "score",
    "SetStart": "start",
}


def _warn(old: str, new: str) -> None:
    message = f"{old} is deprecated and will be removed in a future version. Use {new} instead."
    warnings.warn(message, DeprecationWarning, stacklevel=3)


def _method(old: str, new: str, shown: str | None = None) -> Callable[..., Any]:
    def call(self: Any, *args: Any) -> Any:
        _warn(old, shown or new)
        return getattr(self, new)(*args)

    return call


def _getter(old: str, name: str) -> Callable[..., Any]:
    def get(self: Any) -> Any:
        _warn(old, name)
        return getattr(self, name)

    return get


def _setter(old: str, name: str) -> Callable[..., Any]:
    def put(self: Any, value: Any) -> None:
        _warn(old, name)
        setattr(self, name, value)

    return put


def _is_empty(self: Any) -> bool:
    _warn("IsEmpty", "__bool__")
    return not self


def _add(owner: type, old: str, call: Callable[..., Any], new: str) -> None:
    call.__name__ = old
    call.__qualname__ = f"{owner.__name__}.{old}"
    call.__doc__ = f"Deprecated: use `{new}`."
    setattr(owner, old, call)


for _owner, _names in _METHODS.items():
    for _old, _new in _names.items():
        _add(_owner, _old, _method(_old, _new), _new)
for _old, _new in _READ.items():
    _add(_native.Match, _old, _getter(_old, _new), _new)
for _old, _new in _WRITTEN.items():
    _add(_native.Match, _old, _setter(_old, _new), _new)
for _old, _new in {"GetAttribute": "__getitem__", "SetAttribute": "__setitem__"}.items():
    _add(_native.Match, _old, _method(_old, _new, '["{key}"]'), '["{key}"]')
_add(_native.Match, "IsEmpty", _is_empty, "bool(match)")
