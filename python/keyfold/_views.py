"""Views of entries: what `keys`, `values` and `items` give, and memory of mapped files."""

from __future__ import annotations

import collections.abc
import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from keyfold._native import Entries, View, SecondaryDictionary

if TYPE_CHECKING:
    _Keys = collections.abc.KeysView[str | bytes]
    _Values = collections.abc.ValuesView[Any]
    _Items = collections.abc.ItemsView[str | bytes, Any]
else:
    _Keys = collections.abc.KeysView
    _Values = collections.abc.ValuesView
    _Items = collections.abc.ItemsView


class _Representation:
    """A `repr` that does not read the file."""

    _mapping: Any

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} of {self._mapping!r}>"


class Keys(_Representation, _Keys):
    """The keys in byte order."""


class Values(_Representation, _Values):
    """The values in the order of the keys."""

    _mapping: Entries

    def __iter__(self) -> Iterator[Any]:
        return self._mapping._values()


class Items(_Representation, _Items):
    """The pairs of key and value in byte order of the keys."""

    _mapping: Entries

    def __iter__(self) -> Iterator[tuple[str | bytes, Any]]:
        return self._mapping.range()


def under(dictionary: SecondaryDictionary, fields: tuple[str | bytes, ...]) -> View:
    """The entries of a dictionary under secondary values: what a pickled view is made of again."""
    return dictionary.under(*fields)


def mapped(address: int, size: int, mapping: object) -> memoryview:
    """A read-only view of mapped memory, which holds `mapping` as long as any part of it lives."""
    array = (ctypes.c_char * size).from_address(address)
    array.mapping = mapping  # type: ignore[attr-defined]
    return memoryview(array).cast("B").toreadonly()
