"""The old names: each warns in keyvi's words, then answers as the new one."""

import pytest

import making

# What is asked, the old name, the new one, the arguments.
CALLS = [
    ("dictionary", "Get", "match", ("ab",)),
    ("dictionary", "GetNear", "match_near", ("abx", 1)),
    ("dictionary", "GetFuzzy", "match_fuzzy", ("abx", 1)),
    ("dictionary", "Lookup", "search", ("ab",)),
    ("dictionary", "LookupText", "search_tokenized", ("ab b",)),
    ("dictionary", "GetManifest", "manifest", ()),
    ("dictionary", "GetStatistics", "statistics", ()),
    ("dictionary", "GetAllKeys", "keys", ()),
    ("dictionary", "GetAllValues", "values", ()),
    ("dictionary", "GetAllItems", "items", ()),
    ("match", "GetStart", "start", ()),
    ("match", "GetEnd", "end", ()),
    ("match", "GetScore", "score", ()),
    ("match", "GetMatchedString", "matched_string", ()),
    ("match", "GetValue", "value", ()),
    ("match", "GetValueAsString", "value_as_string", ()),
    ("match", "GetRawValueAsString", "dumps", ()),
    ("prefix", "GetCompletions", "complete", ("a",)),
    ("prefix", "GetCompletions", "complete", ("a", 1)),
    ("prefix", "GetFuzzyCompletions", "complete_fuzzy", ("abx", 1)),
    ("words", "GetCompletions", "complete", ("a",)),
    ("ends", "GetCompletions", "complete", ("a",)),
    ("json vector", "Manifest", "manifest", ()),
    ("json vector", "Get", "__getitem__", (0,)),
    ("json vector", "Size", "__len__", ()),
    ("string vector", "Manifest", "manifest", ()),
    ("string vector", "Get", "__getitem__", (0,)),
    ("string vector", "Size", "__len__", ()),
]
GENERATORS = ("Json", "String")


def warning(old, new):
    return f"{old} is deprecated and will be removed in a future version. Use {new} instead."


@pytest.fixture
def old():
    """old(thing, old, new, *arguments): what the old name gives, after a check of the warning."""

    def call(thing, name, new, *arguments):
        with pytest.warns(DeprecationWarning) as caught:
            found = getattr(thing, name)(*arguments)
        assert [str(warned.message) for warned in caught] == [warning(name, new)]
        return found

    return call


@pytest.fixture
def asked(kv, made, fresh):
    """An object of each class that is asked."""
    dictionary = made("completion", None, None, "text")
    things = {
        "dictionary": dictionary,
        "match": dictionary["ab"],
        "prefix": kv.completion.PrefixCompletion(dictionary),
        "words": kv.completion.MultiWordCompletion(dictionary),
        "ends": kv.completion.ForwardBackwardCompletion(dictionary, dictionary),
    }
    for kind in GENERATORS:
        generator = getattr(kv.vector, f"{kind}VectorGenerator")(making.MEMORY)
        generator.append("first")
        path = fresh()
        generator.write_to_file(path)
        things[f"{kind.lower()} vector"] = getattr(kv.vector, f"{kind}Vector")(path)
    return things


def plain(kv, found):
    """An answer as something to compare."""
    if isinstance(found, kv.MatchIterator):
        return making.hits(found)
    return list(found) if hasattr(found, "__next__") else found


@pytest.mark.parametrize(("thing", "name", "new", "arguments"), CALLS, ids=lambda value: str(value))
def test_old_questions(kv, asked, old, thing, name, new, arguments):
    member = getattr(asked[thing], new)
    expected = plain(kv, member(*arguments) if callable(member) else member)
    found = plain(kv, old(asked[thing], name, new, *arguments))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("field", "value"), [("Start", 3), ("End", 5), ("Score", 1.5), ("MatchedString", "key"), ("MatchedString", b"key")]
)
def test_old_setters(kv, old, field, value):
    match = kv.Match()
    name = "matched_string" if field == "MatchedString" else field.lower()
    assert old(match, f"Set{field}", name, value) is None
    assert getattr(match, name) == (value.decode() if isinstance(value, bytes) else value)


def test_old_attributes(kv, old):
    match = kv.Match()
    assert old(match, "SetAttribute", '["{key}"]', "name", 1) is None
    assert old(match, "GetAttribute", '["{key}"]', "name") == match["name"] == 1


def test_is_empty_is_no_truth(kv, old):
    match = kv.Match()
    assert old(match, "IsEmpty", "__bool__") is True
    match.end = 1
    assert old(match, "IsEmpty", "__bool__") is False


@pytest.mark.parametrize("kind", making.KINDS)
def test_old_compilers(kv, old, fresh, kind):
    compiler = making.compiler(kv, kind)
    for row in making.FEW[kind]:
        assert old(compiler, "Add", "add", *row) is None
    assert old(compiler, "SetManifest", "set_manifest", "text") is None
    told = []
    assert old(compiler, "Compile", "compile", lambda done, total: told.append(done)) is None
    path = fresh()
    assert old(compiler, "WriteToFile", "write_to_file", path) is None
    dictionary = kv.dictionary.Dictionary(path)
    assert (len(dictionary), dictionary.manifest(), told) == (3, "text", [1, 2, 3])


@pytest.mark.parametrize("kind", making.MERGED)
def test_old_mergers(kv, old, fresh, kind):
    merger = making.merger(kv, kind)
    path = making.write(making.compiler(kv, kind), making.FEW[kind], fresh())
    assert old(merger, "Add", "add", path) is None
    assert old(merger, "SetManifest", "set_manifest", "text") is None
    path = fresh()
    assert old(merger, "Merge", "merge", path) is None
    dictionary = kv.dictionary.Dictionary(path)
    assert (len(dictionary), dictionary.manifest()) == (3, "text")


def test_the_old_generator(kv, old, fresh):
    generator = kv.compiler.KeyOnlyDictionaryGenerator()
    assert old(generator, "Add", "add", "a") is None
    assert old(generator, "CloseFeeding", "close_feeding") is None
    path = fresh()
    assert old(generator, "WriteToFile", "write_to_file", path) is None
    assert "a" in kv.dictionary.Dictionary(path)


@pytest.mark.parametrize("kind", GENERATORS)
def test_old_vector_generators(kv, old, fresh, kind):
    generator = getattr(kv.vector, f"{kind}VectorGenerator")(making.MEMORY)
    assert old(generator, "PushBack", "append", "value") is None
    assert old(generator, "SetManifest", "set_manifest", "text") is None
    path = fresh()
    assert old(generator, "WriteToFile", "write_to_file", path) is None
    vector = getattr(kv.vector, f"{kind}Vector")(path)
    assert (vector[0], vector.manifest()) == ("value", "text")


def test_old_names_take_positions_alone(asked):
    with pytest.raises(TypeError):
        asked["dictionary"].Get(key="ab")
    with pytest.raises(TypeError):
        asked["match"].GetStart(1)


def test_new_names_do_not_warn(asked):
    # Warnings are errors in these tests.
    asked["match"].raw_value_as_string()
    asked["dictionary"].statistics()
