"""Loading strategies and compressions: classes whose members are integers."""

import copy
import pickle

import pytest

import making

MEMBERS = {
    "loading_strategy_types": [
        "default_os",
        "lazy",
        "populate",
        "populate_key_part",
        "populate_lazy",
        "lazy_no_readahead",
        "lazy_no_readahead_value_part",
        "populate_key_part_no_readahead_value_part",
    ],
    "CompressionAlgorithm": ["NO_COMPRESSION", "ZLIB_COMPRESSION", "SNAPPY_COMPRESSION", "ZSTD_COMPRESSION"],
}


@pytest.fixture(params=MEMBERS)
def enum(kv, request):
    return getattr(kv, request.param)


def test_members_are_integers(enum):
    for value, name in enumerate(MEMBERS[enum.__name__]):
        assert getattr(enum, name) == value
        assert type(getattr(enum, name)) is int
        assert getattr(enum(), name) == value


def test_the_mapping_is_a_method_of_instances(enum):
    assert enum().getMapping() == dict(enumerate(MEMBERS[enum.__name__]))
    with pytest.raises(TypeError):
        enum.getMapping()


def test_the_constructor_takes_anything(enum):
    assert isinstance(enum(1), enum)
    assert isinstance(enum("text", 2), enum)


def test_it_is_no_container(enum):
    with pytest.raises(TypeError):
        list(enum)
    with pytest.raises(TypeError):
        enum["lazy"]


def test_members_cannot_be_changed(enum):
    name = MEMBERS[enum.__name__][1]
    with pytest.raises((AttributeError, TypeError)):
        setattr(enum, name, 7)
    with pytest.raises(AttributeError):
        enum().other = 1


def test_instances_are_copied_and_pickled(enum):
    for twin in (copy.copy(enum()), copy.deepcopy(enum()), pickle.loads(pickle.dumps(enum()))):
        assert type(twin) is enum
        assert twin.getMapping() == enum().getMapping()


def test_every_strategy_opens_a_dictionary(kv, fresh):
    path = making.write(making.compiler(kv, "int"), making.FEW["int"], fresh())
    for strategy in range(len(MEMBERS["loading_strategy_types"])):
        assert kv.dictionary.Dictionary(path, strategy)["a"].value == 1
