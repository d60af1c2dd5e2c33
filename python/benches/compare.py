"""Times keyfold's Python package beside keyvi's, a dict and marisa-trie: one process, one thread, all engines in turns.

    python benches/compare.py [--rounds 7] [--record FOLDER] [--only get,fuzzy]

Every engine answers the same questions about the same rows in the same order; the answers are counted and must agree. A time is the median
over the rounds. Strings are made anew for each pass: CPython keeps the UTF-8 of a string that was encoded once, which would favour whoever
comes second.
"""

import argparse
import csv
import gc
import gzip
import heapq
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keyvi.compiler
import keyvi.dictionary
import marisa_trie

import keyfold
import keyfold.compiler
import keyfold.dictionary

DATA = Path(__file__).resolve().parents[2] / "testdata"
SEED = 5
BATCH = 10_000

Pass = Callable[[], int]


@dataclass
class Question:
    """One line of the table: what is asked of whom, and what is promised against keyvi."""

    name: str
    rows: str
    asked: int
    unit: str
    engines: dict[str, Pass]
    target: float | None = None


def rows(name: str, limit: int | None = None) -> list[tuple[str, str]]:
    """Key and value of each line of a bundled file."""
    (path,) = (DATA / name.split("-")[0]).glob(f"{name}*.tsv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        pairs = [line.rstrip("\n").split("\t", 1) for line in lines]
    return [(key, value) for key, value in pairs[:limit]]


def fresh(encoded: Sequence[bytes]) -> list[str]:
    """New strings of these bytes."""
    return [key.decode() for key in encoded]


def timed(question: Question, rounds: int) -> dict[str, list[float]]:
    """Seconds of each pass, by engine; engines take turns, in the opposite order every second round."""
    times: dict[str, list[float]] = {name: [] for name in question.engines}
    counts = {name: run() for name, run in question.engines.items()}
    if len(set(counts.values())) != 1:
        sys.exit(f"{question.name}, {question.rows}: the engines do not agree: {counts}")
    order = list(question.engines)
    for number in range(rounds):
        for name in order if number % 2 == 0 else reversed(order):
            run = question.engines[name]
            gc.collect()
            gc.disable()
            run()
            times[name].append(LAST.seconds)
            gc.enable()
    return times


class Clock:
    """Times the part of a pass that is inside its `with`."""

    seconds = 0.0

    def __enter__(self) -> None:
        self.begin = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.begin


LAST = Clock()


def keyvi_file(kind: str, pairs: Iterable[tuple[str, Any]], path: Path) -> str:
    """Compiles with keyvi."""
    return compile_with(keyvi.compiler, kind, pairs, path)


def compile_with(compiler_module: Any, kind: str, pairs: Iterable[tuple[str, Any]], path: Path, **params: str) -> str:
    """Compiles with the compiler of that kind, keyvi's or ours under keyvi's name."""
    compiler = getattr(compiler_module, f"{kind}DictionaryCompiler")(params)
    for key, value in pairs:
        compiler.add(key, value)
    compiler.compile()
    compiler.write_to_file(str(path))
    return str(path)


def contains(store: Any, keys: Sequence[bytes]) -> Pass:
    def run() -> int:
        asked = fresh(keys)
        found = 0
        with LAST:
            for key in asked:
                if key in store:
                    found += 1
        return found

    return run


def get(store: Any, keys: Sequence[bytes]) -> Pass:
    def run() -> int:
        asked = fresh(keys)
        found = 0
        with LAST:
            for key in asked:
                if store.get(key) is not None:
                    found += 1
        return found

    return run


def value_of(store: Any, keys: Sequence[bytes]) -> Pass:
    """`.value` of matches that were fetched before."""

    def run() -> int:
        matches = [store.get(key) for key in fresh(keys)]
        found = 0
        with LAST:
            for match in matches:
                if match.value is not None:
                    found += 1
        return found

    return run


def get_values(store: Any, keys: Sequence[bytes]) -> Pass:
    """One key after the other, with its value: what a caller of keyvi does for many keys."""

    def run() -> int:
        asked = fresh(keys)
        with LAST:
            values = [None if match is None else match.value for match in map(store.get, asked)]
        return sum(value is not None for value in values)

    return run


def get_many(store: Any, keys: Sequence[bytes], form: str | None = None) -> Pass:
    def run() -> int:
        asked = fresh(keys)
        if form is None:
            with LAST:
                values = store.get_many(asked)
            return sum(value is not None for value in values)
        with LAST:
            column = store.get_many(asked, as_=form)
        return len(column)

    return run


def dict_values(store: dict[str, Any], keys: Sequence[bytes]) -> Pass:
    def run() -> int:
        asked = fresh(keys)
        with LAST:
            values = [store.get(key) for key in asked]
        return sum(value is not None for value in values)

    return run


def hits(ask: Callable[[str], Iterable[Any]], asked: Sequence[bytes], most: int | None = None) -> Pass:
    """All hits of each question; the keys are read. Of a stream that holds the best `most` among others, so many count."""

    def run() -> int:
        found: list[int] = []
        queries = fresh(asked)
        with LAST:
            for query in queries:
                count = 0
                for match in ask(query):
                    match.matched_string
                    count += 1
                found.append(count)
        return sum(found if most is None else (min(most, count) for count in found))

    return run


def sorted_cut(stream: Iterable[Any]) -> list[Any]:
    """The ten heaviest of a stream that holds them among others."""
    return heapq.nlargest(10, stream, key=lambda match: match.weight)


def heaviest(ask: Callable[[str], Sequence[Any]], asked: Sequence[bytes]) -> Pass:
    """The best few of each question; the sum of their weights must agree."""

    def run() -> int:
        queries = fresh(asked)
        with LAST:
            found = [ask(query) for query in queries]
        return sum(match.weight for best in found for match in best)

    return run


def compiling(work: Callable[[], object], rows_written: int) -> Pass:
    def run() -> int:
        with LAST:
            work()
        return rows_written

    return run


def questions(folder: Path) -> Iterable[Question]:
    """What is measured."""
    chance = random.Random(SEED)
    sets = {
        "words-en-200k": ("Int", [(key, int(value)) for key, value in rows("words-en")]),
        "cities-120k": ("Json", rows("cities")),
    }
    for name, (kind, pairs) in sets.items():
        documents = [(key, json.loads(value)) if kind == "Json" else (key, value) for key, value in pairs]
        plain = dict(documents)
        theirs_path = keyvi_file(kind, pairs, folder / f"{name}.kv")
        native_path = str(folder / f"{name}.kf")
        keyfold.compile(plain, native_path, kind=kind.lower())
        theirs = keyvi.dictionary.Dictionary(theirs_path)
        same = keyfold.dictionary.Dictionary(theirs_path)
        native = keyfold.dictionary.Dictionary(native_path)
        own_same, own_native = keyfold.open(theirs_path), keyfold.open(native_path)
        trie = marisa_trie.Trie(plain)
        values = marisa_trie.BytesTrie((key, json.dumps(value).encode()) for key, value in documents)

        asked = [key.encode() for key in chance.sample(list(plain), 50_000)]
        few = asked[:BATCH]
        yield Question(
            "key in d", name, len(asked), "ns",
            {
                "keyvi": contains(theirs, asked),
                "keyfold": contains(same, asked),
                "keyfold, native": contains(native, asked),
                "dict": contains(plain, asked),
                "marisa-trie": contains(trie, asked),
            },
            1.3,
        )
        yield Question(
            "d.get(k)", name, len(asked), "ns",
            {
                "keyvi": get(theirs, asked),
                "keyfold": get(same, asked),
                "keyfold, native": get(native, asked),
                "dict": get(plain, asked),
                "marisa-trie": get(values, asked),
            },
            1.3,
        )
        if kind == "Json":
            yield Question(
                "match.value, 1,000 documents", name, len(few[:1000]), "ns",
                {
                    engine: value_of(store, few[:1000])
                    for engine, store in {"keyvi": theirs, "keyfold": same, "keyfold, native": native}.items()
                },
                2.0,
            )
        yield Question(
            f"get_many of {BATCH:,} keys, values read", name, len(few), "ns",
            {
                "keyvi": get_values(theirs, few),
                "keyfold": get_many(own_same, few),
                "keyfold, native": get_many(own_native, few),
                "keyfold, Arrow": get_many(own_same, few, "arrow"),
                "keyfold, native, Arrow": get_many(own_native, few, "arrow"),
                "dict": dict_values(plain, few),
            },
            4.0,
        )
        ours = {"keyfold": keyfold.compiler}
        yield Question(
            "compile", name, len(pairs), "ns",
            {
                "keyvi": compiling(lambda kind=kind, pairs=pairs: keyvi_file(kind, pairs, folder / "out.kv"), len(pairs)),
                "keyfold": compiling(
                    lambda kind=kind, pairs=pairs: compile_with(ours["keyfold"], kind, pairs, folder / "out2.kv"), len(pairs)
                ),
                "keyfold.compile, native": compiling(
                    lambda kind=kind, documents=documents: keyfold.compile(
                        documents, folder / "out3.kf", kind=kind.lower(), replace=True
                    ),
                    len(pairs),
                ),
            },
            1.5,
        )

    words = sets["words-en-200k"][1]
    ranked = keyvi_file("Completion", words, folder / "ranked.kv")
    own_ranked = str(folder / "ranked.kf")
    keyfold.compile(dict(words), own_ranked, kind="completion")
    engines = {
        "keyvi": keyvi.dictionary.Dictionary(ranked),
        "keyfold": keyfold.dictionary.Dictionary(ranked),
        "keyfold, native": keyfold.dictionary.Dictionary(own_ranked),
    }
    misspelled = [key.encode() for key, _ in rows("misspellings")][:1000]
    for edits in (1, 2):
        yield Question(
            f"match_fuzzy(k, {edits}), all hits", "words-en-200k", len(misspelled), "µs",
            {
                name: hits(lambda query, store=store, edits=edits: store.match_fuzzy(query, edits), misspelled)
                for name, store in engines.items()
            },
            5.0,
        )
    own = {"keyfold.open": keyfold.open(ranked), "keyfold.open, native": keyfold.open(own_ranked)}
    starts = [key[:3].encode() for key, _ in chance.sample(words, 1000) if key[:3].isascii()]
    for top in (None, 10):
        extra = () if top is None else (top,)
        yield Question(
            "complete_prefix(p), all hits" if top is None else "complete_prefix(p, 10)", "words-en-200k", len(starts), "µs",
            {
                name: hits(lambda query, store=store, extra=extra: store.complete_prefix(query, *extra), starts, top)
                for name, store in engines.items()
            },
            5.0,
        )
    yield Question(
        "the 10 heaviest completions", "words-en-200k", len(starts), "µs",
        {
            "keyvi": heaviest(lambda query: sorted_cut(engines["keyvi"].complete_prefix(query, 10)), starts),
            "keyfold": heaviest(lambda query: sorted_cut(engines["keyfold"].complete_prefix(query, 10)), starts),
            **{
                name: heaviest(lambda query, store=store: store.complete(query, 10), starts) for name, store in own.items()
            },
        },
        5.0,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--record", type=Path, help="folder for python.csv and python.md")
    parser.add_argument("--only", help="questions whose names begin so, by comma")
    parser.add_argument("--command", default=" ".join(sys.argv), help="what the record names as its command")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)
    wanted = tuple(arguments.only.split(",")) if arguments.only else ("",)
    table = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores; made by `{arguments.command}`. Medians of {arguments.rounds} rounds; a ratio is keyvi's time",
        "divided by the engine's. *keyfold* reads the very file that keyvi reads, *native* a file in keyfold's own layout.",
        "",
        "| question | rows | engine | time | ratio | promised |",
        "|---|---|---|---:|---:|---:|",
    ]
    lines: list[tuple[str, str, str, int, float]] = []
    print("\n".join(table), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for question in questions(Path(folder)):
            if not question.name.startswith(wanted):
                continue
            times = timed(question, arguments.rounds)
            lines += [
                (question.name, question.rows, engine, number, seconds)
                for engine, passes in times.items()
                for number, seconds in enumerate(passes)
            ]
            medians = {engine: statistics.median(passes) for engine, passes in times.items()}
            scale = 1e9 if question.unit == "ns" else 1e6
            for engine, median in medians.items():
                each = median / question.asked * scale
                ratio = medians["keyvi"] / median
                promised = f"{question.target:g}" if question.target and engine == list(medians)[1] else ""
                line = f"| {question.name} | {question.rows} | {engine} | {each:,.1f} {question.unit} | {ratio:.2f} | {promised} |"
                print(line, flush=True)
                table.append(line)
    if arguments.record:
        arguments.record.mkdir(parents=True, exist_ok=True)
        (arguments.record / "python.md").write_text("\n".join(table) + "\n", encoding="utf-8")
        with open(arguments.record / "python.csv", "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(("question", "rows", "engine", "round", "seconds"))
            writer.writerows((*rest, f"{seconds:.6f}") for *rest, seconds in lines)


if __name__ == "__main__":
    main()
