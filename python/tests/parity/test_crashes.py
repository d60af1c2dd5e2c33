"""Where keyvi ends the process: in a process of its own. keyfold raises, or answers."""

import ast
import subprocess
import sys

import pytest

# Run before each case. {package} is keyvi or keyfold, {folder} an empty folder.
START = """
import msgpack
import {package} as package
from {package}.compiler import *
from {package}.completion import *
from {package}.dictionary import *
from {package}.vector import *

folder, memory = {folder!r}, {{"memory_limit_mb": "10"}}

def made(factory, *rows, **params):
    compiler = factory(memory | params)
    for row in rows:
        compiler.add(*row)
    compiler.compile()
    compiler.write_to_file(folder + "/made.kv")
    return Dictionary(folder + "/made.kv")

def vector(kind):
    generator = globals()[kind + "VectorGenerator"](memory)
    generator.append("value")
    generator.write_to_file(folder + "/made.kvv")
    return globals()[kind + "Vector"](folder + "/made.kvv")

words = [("a", 1), ("ab", 20), ("abc", 3)]
# the second of them is not UTF-8
broken = [("abc",), (bytes([97, 98, 100, 255]),), ("abe",)]
"""
# What is done, and the class of what keyfold raises, or what it has as `result`.
CASES = {
    "attributes of a key without value": ('made(KeyOnlyDictionaryCompiler, ("a",))["a"]["x"]', RuntimeError),
    "attributes of a compressed value": (
        """text = '"%s"' % ("x" * 99); dictionary = made(JsonDictionaryCompiler, ("a", text), compression="zlib")\n"""
        'result = type(dictionary["a"]["value"]).__name__',
        "str",
    ),
    "fuzzy beyond UTF-8": (
        'result = [match.key for match in made(KeyOnlyDictionaryCompiler, *broken).match_fuzzy("abc", 2, 1)]',
        ["abc", b"abd\xff", "abe"],
    ),
    "fuzzy words beyond UTF-8": (
        'found = made(KeyOnlyDictionaryCompiler, *broken).complete_fuzzy_multiword("abc", 1)\n'
        "result = [match.key for match in found]",
        ["abc", b"abd\xff", "abe"],
    ),
    "fuzzy completions beyond UTF-8": (
        'found = PrefixCompletion(made(KeyOnlyDictionaryCompiler, *broken)).complete_fuzzy("abc", 1)\n'
        "result = [match.key for match in found]",
        ["abc", b"abd\xff", "abe"],
    ),
    "fewer than no completions": (
        'list(PrefixCompletion(made(CompletionDictionaryCompiler, *words)).complete("a", -1))',
        ValueError,
    ),
    "fewer than no completions of words": (
        'list(MultiWordCompletion(made(CompletionDictionaryCompiler, *words)).complete("a", -1))',
        ValueError,
    ),
    "no completions of both ends": (
        'found = ForwardBackwardCompletion(*[made(CompletionDictionaryCompiler, *words)] * 2).complete("a", 0)\n'
        "result = [match.matched_string for match in found]",
        ["a"],
    ),
    "beyond a vector of documents": ('vector("Json")[1]', IndexError),
    "beyond a vector of strings": ('vector("String")[1]', IndexError),
    "far beyond a vector of strings": ('vector("String")[2**63]', IndexError),
    "through a vector of documents": ('result = list(vector("Json"))', ["value"]),
    "through a vector of strings": ('result = list(vector("String"))', ["value"]),
    "merging into no folder": (
        "made(IntDictionaryCompiler, *words); merger = IntDictionaryMerger(memory)\n"
        'merger.add(folder + "/made.kv"); merger.merge(folder + "/missing/file.kv")',
        ValueError,
    ),
    "merging without temporary folder": (
        'made(IntDictionaryCompiler, *words); merger = IntDictionaryMerger({"temporary_path": folder + "/missing"})\n'
        'merger.add(folder + "/made.kv"); merger.merge(folder + "/file.kv")',
        ValueError,
    ),
    "compiling without temporary folder": (
        'made(IntDictionaryCompiler, *words, temporary_path=folder + "/missing")',
        ValueError,
    ),
    "closing a generator twice": (
        "generator = KeyOnlyDictionaryGenerator(); generator.close_feeding(); generator.close_feeding()",
        RuntimeError,
    ),
    "a dictionary that was not initialised": ("len(Dictionary.__new__(Dictionary))", TypeError),
    "a compiler that was not initialised": (
        'IntDictionaryCompiler.__new__(IntDictionaryCompiler).add("a", 1)',
        TypeError,
    ),
}


# Prints the names of an exception's classes, or the result.
FRAME = """
code, names = {code!r}, {{}}
try:
    exec(code, names)
    print([], repr(names.get("result")), sep="\\n")
except Exception as error:
    print([cls.__name__ for cls in type(error).__mro__], None, sep="\\n")
"""


@pytest.mark.parametrize("case", CASES)
def test_no_end_of_the_process(kv, tmp_path, case):
    code, due = CASES[case]
    code = FRAME.format(code=START.format(package=kv.name, folder=str(tmp_path)) + code)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=False)
    if not kv.ours:
        assert ended.returncode < 0, ended.stdout + ended.stderr
        return
    assert ended.returncode == 0, ended.stderr
    raised, result = ended.stdout.splitlines()
    if isinstance(due, type):
        assert due.__name__ in ast.literal_eval(raised)
    else:
        assert (ast.literal_eval(raised), ast.literal_eval(result)) == ([], due)
