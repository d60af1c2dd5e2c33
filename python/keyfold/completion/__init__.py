"""keyvi's `completion` module."""

from keyfold._native import ForwardBackwardCompletion, MultiWordCompletion, PrefixCompletion

__all__ = ["ForwardBackwardCompletion", "MultiWordCompletion", "PrefixCompletion"]
