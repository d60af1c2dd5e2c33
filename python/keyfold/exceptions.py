"""The exceptions of keyfold: all are an `Error`, and also the built-in exception that people catch in such a case."""

__all__ = [
    "ArgumentError",
    "AttributeNotFound",
    "ClosedError",
    "DuplicateKeyError",
    "Error",
    "FieldError",
    "FileDenied",
    "FileError",
    "FileExists",
    "FileNotFound",
    "ForkedError",
    "FormatError",
    "IndexNotFound",
    "KeyNotFound",
    "LockedError",
    "ModelError",
    "NumberError",
    "OptionError",
    "OrderError",
    "PositionError",
    "QueryError",
    "RangeError",
    "RowError",
    "StateError",
    "ValueFormError",
]


class Error(Exception):
    """Any error of keyfold."""


class ArgumentError(Error, TypeError, AssertionError):
    """An argument of a type that the call does not take."""


class AttributeNotFound(Error, KeyError, RuntimeError):
    """A match has no attribute of this name."""


class ClosedError(Error, ValueError):
    """The dictionary, or the index, was closed."""


class FileError(Error, OSError, ValueError):
    """The operating system refused; `errno`, `strerror` and `filename` as in every `OSError`."""


class FileDenied(FileError, PermissionError):
    """The file may not be read, or its folder not be written."""


class FileExists(FileError, FileExistsError):
    """The file to be written exists and is not to be replaced."""


class FileNotFound(FileError, FileNotFoundError):
    """There is no such file."""


class IndexNotFound(FileNotFound, RuntimeError):
    """There is no index in this folder."""


class LockedError(FileError, BlockingIOError):
    """Another writer has the index open, in this process or in another."""


class FormatError(Error, ValueError):
    """The file is damaged, or none that keyfold reads, or of another sort than the call needs."""


class KeyNotFound(Error, KeyError):
    """The key is not stored."""


class ModelError(FormatError, OSError):
    """The model of a predictive compression is damaged."""


class NumberError(ArgumentError, OverflowError, ValueError):
    """A number that is negative, or too large, for what it says."""


class OptionError(Error, ValueError, TypeError, RuntimeError):
    """An option that does not exist, or whose value does not fit."""


class RowError(Error, ValueError):
    """A row that cannot be stored."""


class RangeError(RowError, OverflowError):
    """A row with a number outside of what its kind holds."""


class FieldError(RowError, IndexError):
    """A row that lacks a value for a secondary key."""


class DuplicateKeyError(RowError):
    """A key came twice, and duplicates are to be errors."""


class OrderError(RowError):
    """Input declared as sorted is not."""


class PositionError(Error, IndexError):
    """A place that is not there: beyond the end of a vector, or of a query."""


class QueryError(Error, ValueError):
    """A question that cannot be answered as asked."""


class StateError(Error, RuntimeError):
    """A call at the wrong time, such as adding to what was compiled."""


class ForkedError(StateError):
    """The writer of an index belongs to the process that this one was forked from."""


class ValueFormError(Error, ValueError, RuntimeError):
    """A value that cannot be given in the form asked for."""
