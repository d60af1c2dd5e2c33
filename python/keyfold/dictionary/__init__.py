"""keyvi's `dictionary` module."""

from keyfold._native import KeyviDictionary as Dictionary
from keyfold._native import KeyviSecondaryKeyDictionary as SecondaryKeyDictionary

__all__ = ["Dictionary", "SecondaryKeyDictionary"]
