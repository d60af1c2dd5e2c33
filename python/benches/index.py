"""Times keyfold's index beside keyvi's, both from Python, in one process and in turns.

    python benches/index.py [--keys 1000000] [--rounds 3] [--folder FOLDER] [--command TEXT]

keyvi never syncs, so `durability="none"` is what compares with it; the default, every commit synced, stands beside it. Bulk: pairs in
calls of 100,000, then a flush. Delete: a tenth of the keys in random order, key by key, then a flush; another tenth by one call where there is
one, which keyvi does not have. Get: keys in random order, half of them stored, values read, from a reader that sees all that was written.
"""

import argparse
import gc
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keyvi.index

import keyfold

CALL = 100_000
SEED = 6
DELETES = ("delete, key by key", "delete, all at once")
PROMISED = 2.0

Times = dict[str, float]
Run = Callable[[Path, list[tuple[str, str]], list[list[str]], list[str]], tuple[Times, int]]


def pairs(count: int) -> list[tuple[str, str]]:
    """Keys as in a session store, and small documents as JSON."""
    chance = random.Random(SEED)
    keys = (f"user:{chance.randrange(1 << 48):012x}:{number % 97}" for number in range(count))
    return [(key, json.dumps({"id": number, "name": f"name {number % 1000}"})) for number, key in enumerate(keys)]


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def calls(rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [rows[start : start + CALL] for start in range(0, len(rows), CALL)]


def with_keyvi(
    folder: Path, rows: list[tuple[str, str]], gone: list[list[str]], asked: list[str]
) -> tuple[Times, int]:
    index = keyvi.index.Index(str(folder))

    def bulk() -> None:
        for call in calls(rows):
            index.bulk_set(call)
        index.flush()

    def delete(keys: list[str]) -> None:
        for key in keys:
            index.delete(key)
        index.flush()

    times = {"bulk_set": timed(bulk)}
    for step, keys in zip(DELETES, gone, strict=True):
        times[step] = timed(partial(delete, keys))
    found = 0

    def get() -> None:
        nonlocal found
        found = sum(match is not None and match.value is not None for match in map(index.get, asked))

    times["get"] = timed(get)
    del index
    return times, found


def with_keyfold(durability: str) -> Run:
    def run(
        folder: Path, rows: list[tuple[str, str]], gone: list[list[str]], asked: list[str]
    ) -> tuple[Times, int]:
        # documents, as everyone has them: keyvi is given their JSON
        documents = [(key, json.loads(value)) for key, value in rows]
        with keyfold.IndexWriter(str(folder), durability=durability) as writer:

            def bulk() -> None:
                for call in calls(documents):
                    writer.set_many(call)
                writer.flush()

            def delete(keys: list[str]) -> None:
                for key in keys:
                    writer.delete(key)
                writer.flush()

            def delete_many(keys: list[str]) -> None:
                writer.delete_many(keys)
                writer.flush()

            times = {"bulk_set": timed(bulk)}
            for step, keys, way in zip(DELETES, gone, (delete, delete_many), strict=True):
                times[step] = timed(partial(way, keys))
            found = 0
            index = keyfold.open(str(folder))

            def get() -> None:
                nonlocal found
                found = sum(document is not None for document in map(index.get, asked))

            times["get"] = timed(get)
        return times, found

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where indexes are made")
    parser.add_argument("--command", default=" ".join(sys.argv), help="what the record names as its command")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)
    rows = pairs(arguments.keys)
    chance = random.Random(SEED + 1)
    tenth = arguments.keys // 10
    both = chance.sample([key for key, _ in rows], 2 * tenth)
    gone = [both[:tenth], both[tenth:]]
    stored = chance.sample([key for key, _ in rows], min(50_000, arguments.keys))
    asked = [key if number % 2 else key + "?" for number, key in enumerate(stored)]
    engines: dict[str, Run] = {
        "keyvi": with_keyvi,
        "keyfold, none": with_keyfold("none"),
        "keyfold, every-commit": with_keyfold("every-commit"),
    }
    done: dict[str, list[Times]] = {name: [] for name in engines}
    for number in range(arguments.rounds):
        found = {}
        for name in engines if number % 2 == 0 else reversed(engines):
            folder = Path(tempfile.mkdtemp(dir=arguments.folder)) / "index"
            folder.mkdir()
            times, found[name] = engines[name](folder, rows, gone, asked)
            done[name].append(times)
            shutil.rmtree(folder.parent)
        if len(set(found.values())) != 1:
            sys.exit(f"the engines do not agree: {found}")
    print(f"Made by `{arguments.command}`: {arguments.keys:,} pairs, medians of {arguments.rounds} rounds; a ratio is keyvi's time divided by the engine's.\n")
    print("| step | engine | seconds | K/s | ratio | promised |")
    print("|---|---|---:|---:|---:|---:|")
    counts = {"bulk_set": len(rows), **dict.fromkeys(DELETES, tenth), "get": len(asked)}
    for step, count in counts.items():
        medians = {name: statistics.median(times[step] for times in rounds) for name, rounds in done.items()}
        for name, median in medians.items():
            promised = f"{PROMISED:g}" if name == "keyfold, none" else ""
            ratio = medians["keyvi"] / median
            print(f"| {step} | {name} | {median:.3f} | {count / median / 1e3:,.0f} | {ratio:.2f} | {promised} |")


if __name__ == "__main__":
    main()
