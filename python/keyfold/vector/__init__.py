"""keyvi's vectors: values addressed by position."""

from keyfold._native import JsonVector, JsonVectorGenerator, StringVector, StringVectorGenerator

__all__ = ["JsonVector", "JsonVectorGenerator", "StringVector", "StringVectorGenerator"]
