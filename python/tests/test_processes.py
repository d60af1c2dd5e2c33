"""Threads, forks, other processes: one file for all of them."""

import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

import keyfold


GOLDEN = Path(__file__).resolve().parents[2] / "testdata" / "golden" / "keyvi-0.7.7" / "vector_json.kvv"


def test_pickling(make, layout, monkeypatch):
    path = make([("a", 1), ("b", 2)], "int", layout)
    monkeypatch.chdir(path.parent)
    dictionary = keyfold.open(path.name, strategy="populate")
    monkeypatch.chdir("/")
    again = pickle.loads(pickle.dumps(dictionary))
    assert type(again) is keyfold.Dictionary and again.path == path and dict(again) == {"a": 1, "b": 2}
    both = pickle.loads(pickle.dumps(keyfold.merged([dictionary, again])))
    assert dict(both) == dict(again)
    rows = [("a", {"tenant": "x"}, 1)]
    secondary = keyfold.open(make(rows, "int", layout, secondary=["tenant"]))
    assert pickle.loads(pickle.dumps(secondary)).under("x")["a"] == 1
    assert pickle.loads(pickle.dumps(secondary.under("x")))["a"] == 1
    vector = keyfold.open(GOLDEN)
    assert list(pickle.loads(pickle.dumps(vector))) == list(vector)


# fork in a process with threads is what is tested
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(make, layout, method):
    model = {f"key {number}": number for number in range(3000)}
    dictionary = keyfold.open(make(model.items(), "int", layout))
    parts = [list(model)[start : start + 100] for start in range(0, 3000, 300)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        values = pool.starmap(keyfold.Dictionary.get_many, [(dictionary, part) for part in parts], chunksize=1)
        stored = pool.starmap(keyfold.Dictionary.contains_many, [(dictionary, part) for part in parts], chunksize=1)
        one = pool.map(dictionary.get, parts[0])
    assert values == [[model[key] for key in part] for part in parts]
    assert all(map(all, stored))
    assert one == values[0]


def test_threads(make, layout):
    model = {f"key {number}": {"n": number} for number in range(2000)}
    dictionary = keyfold.open(make(model.items(), "json", layout))
    shared = iter(dictionary)
    seen, errors = [], []
    expected = [hit.key for hit in dictionary.fuzzy("key 10", 1)]

    def work(seed):
        choice = random.Random(seed)
        try:
            for _ in range(20):
                keys = choice.sample(list(model), 50)
                assert [dictionary[key] for key in keys] == [model[key] for key in keys]
                assert dictionary.get_many(keys) == [model[key] for key in keys]
                assert [hit.key for hit in dictionary.fuzzy("key 10", 1)] == expected
                assert [hit.key for hit in dictionary.find(keys[0], boundaries="spaces")] == keys[:1]
                assert dictionary.view(keys[0]) is not None
            seen.extend(shared)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(seen) == sorted(model)


def test_closing_while_others_read(make, layout):
    dictionary = keyfold.open(make([(f"{number}", number) for number in range(1000)], "int", layout))
    unexpected = []

    def work():
        try:
            while True:
                assert dictionary.get("5") == 5
                assert sum(1 for _ in dictionary.items()) == 1000
        except keyfold.exceptions.ClosedError:
            pass
        except BaseException as error:
            unexpected.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    dictionary.close()
    for thread in threads:
        thread.join(60)
    assert not unexpected and not any(thread.is_alive() for thread in threads)


READ_ALL = """
import psutil, sys, keyfold
path = sys.argv[1]
dictionary = keyfold.open(path)
assert sum(len(value) for value in dictionary.values()) > 0
print("read", flush=True)
sys.stdin.readline()
maps = [area for area in psutil.Process().memory_maps(grouped=False) if area.path == path]
print(sum(area.pss for area in maps), sum(area.rss for area in maps), flush=True)
sys.stdin.readline()
"""


def test_processes_share_one_copy(make, layout):
    choice = random.Random(1)
    rows = [(f"{number:06}", choice.randbytes(100).hex()) for number in range(60_000)]
    path = make(rows, "string", layout)
    command = [sys.executable, "-c", READ_ALL, os.fspath(path)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    # the parts are told while all have the file mapped
    assert [worker.stdout.readline() for worker in workers] == ["read\n"] * 4
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    found = [[int(size) for size in worker.stdout.readline().split()] for worker in workers]
    for worker in workers:
        worker.communicate("\n", timeout=120)
        assert worker.returncode == 0
    size = path.stat().st_size
    assert sum(rss for _, rss in found) > 3.5 * size
    assert sum(pss for pss, _ in found) < 1.2 * size
