"""What holds something open in the engine is neither pickled nor copied."""

import copy
import pickle

import pytest

import making

THINGS = {
    "match": lambda kv, dictionary: kv.Match(),
    "stored match": lambda kv, dictionary: dictionary["a"],
    "iterator": lambda kv, dictionary: dictionary.complete_prefix("a"),
    "generator of keys": lambda kv, dictionary: dictionary.keys(),
    "completer": lambda kv, dictionary: kv.completion.PrefixCompletion(dictionary),
    "transform": lambda kv, dictionary: kv.util.FsaTransform(dictionary),
    "compiler": lambda kv, dictionary: making.compiler(kv, "int"),
    "secondary compiler": lambda kv, dictionary: making.secondary_compiler(kv, "int", ["tenant"]),
    "merger": lambda kv, dictionary: making.merger(kv, "int"),
    "generator": lambda kv, dictionary: kv.compiler.KeyOnlyDictionaryGenerator(),
    "vector generator": lambda kv, dictionary: kv.vector.JsonVectorGenerator(making.MEMORY),
}


@pytest.mark.parametrize("make", THINGS.values(), ids=THINGS)
@pytest.mark.parametrize("twin", [pickle.dumps, copy.copy, copy.deepcopy])
def test_neither_pickled_nor_copied(kv, made, make, twin):
    thing = make(kv, made("completion"))
    with pytest.raises(TypeError):
        twin(thing)


@pytest.mark.parametrize("twin", [lambda thing: pickle.loads(pickle.dumps(thing)), copy.copy, copy.deepcopy])
def test_dictionaries(kv, made, twin):
    dictionary = made("int")
    if kv.ours:
        # By its path: a handle that other processes open.
        assert list(twin(dictionary).items()) == list(dictionary.items())
    else:
        with pytest.raises(TypeError):
            twin(dictionary)
