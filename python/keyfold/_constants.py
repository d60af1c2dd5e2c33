"""keyvi's named numbers: plain attributes of type `int`, as keyvi has them."""

__all__ = ["CompressionAlgorithm", "loading_strategy_types"]


class _Fixed(type):
    """The class of classes whose attributes stay."""

    def __setattr__(cls, name: str, value: object) -> None:
        raise AttributeError(f"{cls.__name__}.{name} cannot be set")


class _Numbers(metaclass=_Fixed):
    """Numbers with names. Whatever is given to make an instance is ignored."""

    __slots__ = ()

    def __init__(self, *_args: object, **_named: object) -> None:
        pass

    def getMapping(self) -> dict[int, str]:
        """The names by their numbers."""
        return {number: name for name, number in vars(type(self)).items() if isinstance(number, int)}


class CompressionAlgorithm(_Numbers):
    """How a value is compressed."""

    __slots__ = ()

    NO_COMPRESSION = 0
    ZLIB_COMPRESSION = 1
    SNAPPY_COMPRESSION = 2
    ZSTD_COMPRESSION = 3


class loading_strategy_types(_Numbers):
    """When the pages of a file are loaded."""

    __slots__ = ()

    #: Left to the operating system.
    default_os = 0
    #: When first touched.
    lazy = 1
    #: All on opening.
    populate = 2
    #: The keys' on opening, the values' when touched.
    populate_key_part = 3
    #: All in the background, from opening on.
    populate_lazy = 4
    #: When touched, without reading ahead: for files larger than memory.
    lazy_no_readahead = 5
    #: As `lazy`, without reading ahead in the values.
    lazy_no_readahead_value_part = 6
    #: As `populate_key_part`, without reading ahead in the values.
    populate_key_part_no_readahead_value_part = 7
