"""keyvi's `index` module."""

from keyfold._native import KeyviIndex as Index
from keyfold._native import KeyviReadOnlyIndex as ReadOnlyIndex

__all__ = ["Index", "ReadOnlyIndex"]
