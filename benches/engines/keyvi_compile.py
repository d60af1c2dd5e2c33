"""keyvi_compile.py KIND MEMORY_LIMIT COMPRESSION INPUT OUTPUT: keyvi's own compiler, fed from a TSV file.

MEMORY_LIMIT is in bytes. Prints one JSON object: the seconds from opening the input to the written file, without the start of
Python and the imports.
"""

import json
import sys
import time

import keyvi.compiler

COMPILERS = {
    "key-only": keyvi.compiler.KeyOnlyDictionaryCompiler,
    "int": keyvi.compiler.IntDictionaryCompiler,
    "completion": keyvi.compiler.CompletionDictionaryCompiler,
    "string": keyvi.compiler.StringDictionaryCompiler,
    "json": keyvi.compiler.JsonDictionaryCompiler,
    "float-vector": keyvi.compiler.FloatVectorDictionaryCompiler,
}


def main(kind, memory_limit, compression, source, target):
    begin = time.perf_counter()
    options = {"memory_limit": memory_limit}
    if kind in ("json", "float-vector"):
        options["compression"] = compression
    compiler = COMPILERS[kind](options)
    add = compiler.add
    with open(source, "rb") as rows:
        # One loop per sort of value, so that nothing is decided per row.
        if kind == "key-only":
            for row in rows:
                add(row[:-1])
        elif kind in ("int", "completion"):
            for row in rows:
                key, _, value = row.partition(b"\t")
                add(key, int(value))
        elif kind == "float-vector":
            for row in rows:
                key, _, value = row.partition(b"\t")
                add(key, [float(number) for number in value.split(b",")])
        else:
            for row in rows:
                key, _, value = row[:-1].partition(b"\t")
                add(key, value)
    compiler.compile()
    compiler.write_to_file(target)
    print(json.dumps({"seconds": time.perf_counter() - begin}))


main(*sys.argv[1:])
