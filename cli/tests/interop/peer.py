"""The other side: keyvi, through its Python package."""

import json
import struct

import keyvi.compiler
import keyvi.dictionary
import keyvi.vector
import msgpack

_PREFIX = {
    "key-only": "KeyOnly",
    "int": "Int",
    "completion": "Completion",
    "string": "String",
    "json": "Json",
    "float-vector": "FloatVector",
}
# keyvi's Python package has no merger for float vectors.
MERGED_KINDS = ("key-only", "int", "completion", "string", "json")
VECTORS = {
    "vector": (keyvi.vector.JsonVectorGenerator, keyvi.vector.JsonVector),
    "string-vector": (keyvi.vector.StringVectorGenerator, keyvi.vector.StringVector),
}


def compile(kind, rows, path, options=None, manifest=None):
    """A dictionary of these rows, written by keyvi."""
    compiler = getattr(keyvi.compiler, f"{_PREFIX[kind]}DictionaryCompiler")(options or {})
    for key, value in rows:
        compiler.add(*_arguments(kind, key, value))
    return _written(compiler, path, manifest)


def compile_secondary(kind, names, rows, path, options=None):
    """A secondary-key dictionary; rows are (key, {name: value}, value)."""
    factory = getattr(keyvi.compiler, f"SecondaryKey{_PREFIX[kind]}DictionaryCompiler")
    compiler = factory(list(names), options or {})
    for key, secondary, value in rows:
        compiler.add(key, secondary, *_arguments(kind, key, value)[1:])
    return _written(compiler, path, None)


def generate(keys, path):
    """A key-only dictionary of sorted keys, by keyvi's stand-alone generator."""
    generator = keyvi.compiler.KeyOnlyDictionaryGenerator()
    for key in keys:
        generator.add(key)
    generator.close_feeding()
    generator.write_to_file(str(path))
    return path


def merge(kind, inputs, path, options=None):
    """Dictionaries merged by keyvi, the last one winning."""
    merger = getattr(keyvi.compiler, f"{_PREFIX[kind]}DictionaryMerger")(options or {})
    for file in inputs:
        merger.add(str(file))
    merger.merge(str(path))
    return path


def write_vector(kind, values, path, options=None, manifest=None):
    """Values by position, written by keyvi; JSON values are given as text."""
    generator = VECTORS[kind][0](options or {})
    for value in values:
        generator.append(json.loads(value) if kind == "vector" else value)
    if manifest is not None:
        generator.set_manifest(manifest)
    generator.write_to_file(str(path))
    return path


def read_vector(kind, path):
    """keyvi's reader for a value vector."""
    return VECTORS[kind][1](str(path))


def open(path):
    """keyvi's reader."""
    return keyvi.dictionary.Dictionary(str(path))


def open_secondary(path):
    """keyvi's reader for secondary-key dictionaries."""
    return keyvi.dictionary.SecondaryKeyDictionary(str(path))


def matches(dictionary):
    """Every match in byte order. A look-up for what is near to nothing, because the iterators decode keys as UTF-8."""
    return dictionary.match_near(b"", 0, True)


def key(match):
    """The key of a match as bytes, whatever they are."""
    return msgpack.unpackb(match.dumps(), raw=True)[1]


def value(kind, match):
    """The value of a match in the form of `rows.held`."""
    if kind == "key-only":
        return None
    if kind == "string":
        # Code byte, then a msgpack string: any bytes come through.
        return msgpack.unpackb(msgpack.unpackb(match.dumps(), raw=True)[0][1:], raw=True)
    if kind == "json":
        return msgpack.unpackb(match.msgpacked_value_as_string())
    if kind == "float-vector":
        return match.msgpacked_value_as_string()
    return match.value


def contents(kind, path):
    """All that keyvi finds in a file: {key: value}, after a check that it finds every key once and in order."""
    dictionary = open(path)
    entries = [(key(match), value(kind, match)) for match in matches(dictionary)]
    keys = [key for key, _ in entries]
    assert keys == sorted(set(keys)), "keyvi meets keys twice or out of order"
    assert len(entries) == len(dictionary)
    return dict(entries)


def evidence(kind, path):
    """Everything that two files of the same rows must share, entry by entry, down to the bits of JSON values."""
    packed = kind in ("json", "float-vector")
    return [
        (key(match), match.msgpacked_value_as_string() if packed else value(kind, match), match.weight)
        for match in matches(open(path))
    ]


def floats(packed):
    """The numbers of a stored float vector."""
    return struct.unpack(f"<{len(packed) // 4}f", packed)


def _arguments(kind, key, value):
    if kind == "key-only":
        return (key,)
    if kind == "float-vector":
        return (key, list(value))
    return (key, value)


def _written(compiler, path, manifest):
    if manifest is not None:
        compiler.set_manifest(manifest)
    compiler.compile()
    compiler.write_to_file(str(path))
    return path
