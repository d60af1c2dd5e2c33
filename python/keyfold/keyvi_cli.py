"""keyvi's console script, with its arguments and its output: `python -m keyfold.keyvi_cli`."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from keyfold import __version__, compiler
from keyfold.dictionary import Dictionary

__all__ = ["main"]

_COMPILERS: dict[str, Any] = {
    "json": compiler.JsonDictionaryCompiler,
    "string": compiler.StringDictionaryCompiler,
    "int": compiler.IntDictionaryCompiler,
    "completion": compiler.CompletionDictionaryCompiler,
    "key-only": compiler.KeyOnlyDictionaryCompiler,
}
_MERGERS: dict[str, Any] = {
    "json": compiler.JsonDictionaryMerger,
    "string": compiler.StringDictionaryMerger,
    "int": compiler.IntDictionaryMerger,
    "completion": compiler.CompletionDictionaryMerger,
    "key-only": compiler.KeyOnlyDictionaryMerger,
}


def _stats(arguments: argparse.Namespace) -> None:
    print(json.dumps(Dictionary(arguments.input_file).statistics(), indent=4, sort_keys=True))


def _dump(arguments: argparse.Namespace) -> None:
    with open(arguments.output_file, "w", encoding="utf-8") as out:
        for key, value in Dictionary(arguments.input_file).items():
            out.write(json.dumps(key) if arguments.json_dumps else key)
            # as keyvi: values that count as false, such as 0, are not written
            if value:
                out.write("\t" + (json.dumps(value) if arguments.json_dumps else str(value)))
            out.write("\n")


def _compile(arguments: argparse.Namespace) -> None:
    kind = arguments.dict_type
    dictionary = _COMPILERS[kind](dict(arguments.params))
    with open(arguments.input_file, encoding="utf-8") as rows:
        for row in rows:
            line = row.rstrip("\n")
            parts = line.split("\t")
            try:
                if kind == "key-only":
                    dictionary.add(parts[0])
                else:
                    dictionary.add(parts[0], int(parts[1]) if kind in ("int", "completion") else parts[1])
            except (IndexError, TypeError, ValueError, OverflowError):
                print(f"Can not parse line: {line}")
    dictionary.compile()
    dictionary.write_to_file(arguments.output_file)


def _merge(arguments: argparse.Namespace) -> None:
    merger = _MERGERS[arguments.dict_type](dict(arguments.params))
    for path in arguments.input_files:
        merger.add(path)
    merger.merge(arguments.output_file)


def _parameter(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        sys.exit(f"keyvi: {text!r} is not param=value")
    return name, value


def _parser() -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """The parser, and that of `merge`."""
    parser = argparse.ArgumentParser(prog="keyvi", description="keyvi")
    parser.add_argument("-v", "--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command")

    stats = commands.add_parser("stats")
    stats.add_argument("input_file", metavar="FILE")
    stats.set_defaults(run=_stats)

    dump = commands.add_parser("dump")
    dump.add_argument("input_file", metavar="FILE")
    dump.add_argument("output_file", metavar="OUT_FILE")
    dump.add_argument("-j", "--json-dumps", action="store_true", help="keys and values as JSON")
    dump.set_defaults(run=_dump)

    compiling = commands.add_parser("compile")
    compiling.add_argument("input_file", metavar="FILE")
    compiling.add_argument("output_file", metavar="OUT_FILE")
    compiling.set_defaults(run=_compile)

    merging = commands.add_parser("merge")
    merging.add_argument("-i", "--input-files", nargs="+", required=True)
    merging.add_argument("-o", "--output-file", required=True)
    merging.set_defaults(run=_merge)

    for command in (compiling, merging):
        command.add_argument("dict_type", choices=list(_COMPILERS), help="kind of the dictionary")
        command.add_argument(
            "--param", action="append", default=[], dest="params", type=_parameter, help="an option, as param=value"
        )
    return parser, merging


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line."""
    parser, merging = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.command is None:
        parser.print_usage()
        return
    if parsed.command == "merge" and len(parsed.input_files) < 2:
        merging.error(f"Expecting at least 2 input files, got {len(parsed.input_files)}")
    parsed.run(parsed)


if __name__ == "__main__":
    main()
