"""Files of every kind, made by either engine; answers in a form to compare."""

KINDS = {
    "key-only": "KeyOnly",
    "int": "Int",
    "completion": "Completion",
    "string": "String",
    "json": "Json",
    "float-vector": "FloatVector",
}
MERGED = tuple(kind for kind in KINDS if kind != "float-vector")
# A few rows of each kind: key, then what `add` takes.
FEW = {
    "key-only": [("a",), ("ab",), ("b",)],
    "int": [("a", 1), ("ab", 300), ("b", 2**31 - 1)],
    "completion": [("a", 1), ("ab", 300), ("b", 70000)],
    "string": [("a", "one"), ("ab", "zwölf"), ("b", "")],
    "json": [("a", '{"x":1,"l":[1.5,null,true]}'), ("ab", '"text"'), ("b", "not json")],
    "float-vector": [("a", [1.0, 2.5, -3.0]), ("ab", [0.0, 0.0, 0.0]), ("b", [1e-9, 123456789.0, 3.14159274])],
}
# What keyvi's `value` gives for them; of float vectors it gives none.
FEW_VALUES = {
    "key-only": [None, None, None],
    "int": [1, 300, 2**31 - 1],
    "completion": [1, 300, 70000],
    "string": ["one", "zwölf", ""],
    "json": [{"x": 1, "l": [1.5, None, True]}, "text", "not json"],
}
# Of the gigabyte that keyvi's compilers have by default they touch enough to take a tenth of a second each.
MEMORY = {"memory_limit_mb": "10"}


def options(kind, params=None):
    """Options for a few rows of a kind."""
    return MEMORY | ({"vector_size": "3"} if kind == "float-vector" else {}) | (params or {})


def compiler(kv, kind, params=None):
    return getattr(kv.compiler, f"{KINDS[kind]}DictionaryCompiler")(options(kind, params))


def secondary_compiler(kv, kind, names, params=None):
    return getattr(kv.compiler, f"SecondaryKey{KINDS[kind]}DictionaryCompiler")(list(names), options(kind, params))


def merger(kv, kind, params=None):
    return getattr(kv.compiler, f"{KINDS[kind]}DictionaryMerger")(MEMORY | (params or {}))


def write(compiler, rows, path, manifest=None):
    """The file of these rows; each is what `add` takes."""
    for row in rows:
        compiler.add(*row)
    if manifest is not None:
        compiler.set_manifest(manifest)
    compiler.compile()
    compiler.write_to_file(str(path))
    return str(path)


def arguments(kind, rows):
    """Rows as `rows.rows` gives them, as what `add` takes."""
    if kind == "key-only":
        return [(key,) for key, _ in rows]
    if kind == "float-vector":
        return [(key, list(value)) for key, value in rows]
    return list(rows)


def hits(found):
    """Matches as tuples, with the decoded value."""
    return [(match.matched_string, match.start, match.end, match.score, match.weight, match.value) for match in found]


def keys(found):
    return [match.matched_string for match in found]


def wire(found):
    """Matches as bytes and their weights: every member of a match, of any kind and with any bytes in the key."""
    return [(match.dumps(), match.weight) for match in found]
