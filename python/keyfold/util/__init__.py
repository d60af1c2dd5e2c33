"""keyvi's `util` module."""

from keyfold._native import FsaTransform, JumpConsistentHashString, PredictiveCompression

__all__ = ["FsaTransform", "JumpConsistentHashString", "PredictiveCompression"]
