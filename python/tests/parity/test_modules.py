"""Every module has keyvi's classes, every class has keyvi's methods and properties."""

import pytest

_COMPILER = {"add", "compile", "set_manifest", "write_to_file"}
_OLD_COMPILER = {"Add", "Compile", "SetManifest", "WriteToFile"}
_MERGER = {"add", "merge", "set_manifest", "Add", "Merge", "SetManifest"}
_LOOKUPS = {"match", "match_near", "match_fuzzy", "complete_prefix", "complete_multiword", "complete_fuzzy_multiword"}
_CONTENTS = {"get", "keys", "values", "items", "statistics", "manifest"}
_VECTOR = {"manifest", "Get", "Manifest", "Size"}
_GENERATOR = {"append", "set_manifest", "write_to_file", "PushBack", "SetManifest", "WriteToFile"}
_KINDS = ("Completion", "FloatVector", "Int", "Json", "KeyOnly", "String")

CLASSES = {
    "compiler": {f"{kind}DictionaryCompiler": _COMPILER | _OLD_COMPILER for kind in _KINDS}
    | {f"SecondaryKey{kind}DictionaryCompiler": _COMPILER for kind in _KINDS}
    | {f"{kind}DictionaryMerger": _MERGER for kind in _KINDS if kind != "FloatVector"}
    | {
        "KeyOnlyDictionaryGenerator": {"add", "close_feeding", "write_to_file", "Add", "CloseFeeding", "WriteToFile"},
    },
    "dictionary": {
        "Dictionary": _LOOKUPS
        | _CONTENTS
        | {"search", "search_tokenized"}
        | {"Get", "GetNear", "GetFuzzy", "Lookup", "LookupText", "GetManifest", "GetStatistics"}
        | {"GetAllKeys", "GetAllValues", "GetAllItems"},
        "SecondaryKeyDictionary": _LOOKUPS | _CONTENTS | {"contains"},
    },
    "completion": {
        "PrefixCompletion": {"complete", "complete_fuzzy", "GetCompletions", "GetFuzzyCompletions"},
        "MultiWordCompletion": {"complete", "GetCompletions"},
        "ForwardBackwardCompletion": {"complete", "GetCompletions"},
    },
    "vector": {
        "JsonVector": _VECTOR,
        "StringVector": _VECTOR,
        "JsonVectorGenerator": _GENERATOR,
        "StringVectorGenerator": _GENERATOR,
    },
    "util": {"FsaTransform": {"normalize"}, "PredictiveCompression": {"compress", "uncompress"}},
}
FUNCTIONS = {
    "compiler": {"JsonDictionaryCompilerSmallData", "IntDictionaryCompilerSmallData"},
    "util": {"JumpConsistentHashString"},
}
TOP_LEVEL = {
    "Match": {"start", "end", "score", "weight", "matched_string", "value"}
    | {"value_as_string", "raw_value_as_string", "msgpacked_value_as_string", "dumps", "loads"}
    | {"GetStart", "GetEnd", "GetScore", "GetMatchedString", "GetValue", "GetAttribute"}
    | {"SetStart", "SetEnd", "SetScore", "SetMatchedString", "SetAttribute"}
    | {"GetValueAsString", "GetRawValueAsString", "IsEmpty"},
    "MatchIterator": {"set_min_weight"},
}
_ALL = [(module, name, members) for module, classes in CLASSES.items() for name, members in classes.items()]


def public(thing):
    return {name for name in dir(thing) if not name.startswith("_")}


def complete(kv, found, expected):
    """Whether all is there; of keyvi, whether the lists here leave out nothing."""
    return expected <= found if kv.ours else expected == found


@pytest.mark.parametrize(("module", "name", "members"), _ALL, ids=[name for _, name, _ in _ALL])
def test_a_class_has_all_members(kv, module, name, members):
    cls = getattr(getattr(kv, module), name)
    assert isinstance(cls, type)
    assert cls.__name__ == name
    assert complete(kv, public(cls), members)


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_a_class_at_the_top_level_has_all_members(kv, name):
    assert complete(kv, public(getattr(kv, name)), TOP_LEVEL[name])


@pytest.mark.parametrize("module", CLASSES)
def test_a_module_has_all_names(kv, module):
    assert complete(kv, public(getattr(kv, module)), set(CLASSES[module]) | FUNCTIONS.get(module, set()))


def test_the_version_is_text(kv):
    assert kv.version[0].isdigit()


def test_the_data_model(kv):
    dictionary = set(dir(kv.dictionary.Dictionary))
    assert {"__len__", "__getitem__", "__contains__"} <= dictionary
    assert "__len__" in dir(kv.dictionary.SecondaryKeyDictionary)
    for vector in (kv.vector.JsonVector, kv.vector.StringVector):
        assert {"__len__", "__getitem__"} <= set(dir(vector))
    assert {"__iter__", "__next__"} <= set(dir(kv.MatchIterator))
    assert {"__getitem__", "__setitem__", "__bool__"} <= set(dir(kv.Match))


@pytest.mark.parametrize("name", ["JsonDictionaryCompiler", "IntDictionaryCompiler"])
def test_the_functions_for_small_data_warn(kv, name):
    text = f"{name}SmallData is deprecated and will be removed in a future version. Use {name} instead."
    make = getattr(kv.compiler, f"{name}SmallData")
    with pytest.warns(UserWarning) as caught:
        assert isinstance(make(), getattr(kv.compiler, name))
        assert isinstance(make({"memory_limit_mb": "10"}), getattr(kv.compiler, name))
    assert {str(warning.message) for warning in caught} == {text}
    with pytest.warns(UserWarning), kv.refuses():
        make(1)
