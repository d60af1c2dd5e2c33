"""`keyfold.Index` and `keyfold.IndexWriter`."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy
import pyarrow
import pytest

import keyfold
from keyfold.exceptions import ClosedError, ForkedError, IndexNotFound, LockedError, OptionError, RowError

CITIES = {
    "Bergen": {"country": "NO", "people": 291940, "rain": True},
    "Oslo": {"country": "NO", "people": 717710},
    "Rome": {"country": "IT", "people": 2748109, "area": 1285.3},
}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def cities(folder):
    """A writer with a few documents."""
    with keyfold.IndexWriter(folder, schema={}) as writer:
        writer.set_many(CITIES)
        yield writer


def read(writer):
    writer.flush()
    return keyfold.open(writer.path, refresh=None)


def test_a_writer_reads_what_it_wrote(cities):
    assert cities["Oslo"] == CITIES["Oslo"]
    assert cities.get("Atlantis") is None and cities.get("Atlantis", 5) == 5
    assert "Rome" in cities and "Atlantis" not in cities
    with pytest.raises(KeyError):
        cities["Atlantis"]
    # every query, before anything is flushed
    assert list(cities) == sorted(CITIES) and len(cities) == 3
    assert dict(cities.items()) == CITIES
    assert [hit.key for hit in cities.fuzzy("Olso", 2)] == ["Oslo"]
    assert [key for key, _ in cities["B":"P"]] == ["Bergen", "Oslo"]
    assert [hit.key for hit in cities.find("from Rome to Oslo")] == ["Rome", "Oslo"]
    cities.delete("Rome")
    assert list(cities) == ["Bergen", "Oslo"] and cities.get_many(["Rome", "Oslo"]) == [None, CITIES["Oslo"]]


def test_ways_to_write_many(folder):
    documents = [{"n": n} for n in range(4)]
    keys = [f"k{n}" for n in range(4)]
    expected = dict(zip(keys, documents, strict=True))
    with keyfold.IndexWriter(folder) as writer:
        columns = [
            (expected,),
            (zip(keys, documents, strict=True),),
            ([list(pair) for pair in expected.items()],),
            (keys, documents),
            (pyarrow.array(keys), pyarrow.array(documents)),
            (pyarrow.chunked_array([keys[:1], keys[1:]]), pyarrow.chunked_array([documents])),
            (numpy.array(keys), iter(documents)),
        ]
        for arguments in columns:
            writer.set_many(*arguments)
            assert dict(writer.items()) == expected
            writer.delete_all()
            assert not writer
        for wrong in [(7,), ("text",), ([1],), (keys, documents[1:]), (keys[1:], documents), ([("a", 1, 2)],)]:
            with pytest.raises(TypeError):
                writer.set_many(*wrong)
        writer.set_many(expected)
        writer.delete_many(["k1", None, "k2", "missing"])
        assert list(writer) == ["k0", "k3"]
        del writer["k0"]
        with pytest.raises(KeyError):
            del writer["k0"]


def test_pandas_and_polars(folder):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    with keyfold.IndexWriter(folder) as writer:
        # a missing field stays missing
        writer.set_many(pandas.Series(["a", "b"]), pandas.Series([{"x": 1}, {"y": 2.5}]))
        assert dict(writer.items()) == {"a": {"x": 1}, "b": {"y": 2.5}}
        writer.set_many(polars.Series(["a"]), polars.Series([{"x": 7}]))
        assert writer["a"] == {"x": 7}


def test_documents(folder):
    document = {
        "bytes": b"\x00\xff",
        "text": "zwölf",
        "list": [1, None, True, {"deep": (1, 2)}],
        "int": numpy.int32(-5),
        "float": numpy.float64(0.5),
        "large": 2**64 - 1,
    }
    with keyfold.IndexWriter(folder) as writer:
        writer["d"] = document
        writer["number"] = 7
        stored = document | {"list": [1, None, True, {"deep": [1, 2]}], "int": -5, "float": 0.5}
        assert writer["d"] == stored
        assert read(writer)["d"] == stored
        assert read(writer)["number"] == 7
        for wrong in [{1: 2}, object(), {"x": {1, 2}}, 2**64]:
            with pytest.raises(RowError):
                writer.set("wrong", wrong)
        assert "wrong" not in writer
        with pytest.raises(RowError):
            writer.set("", 1)


def test_fields(cities):
    cities.upsert("Oslo", {"rain": False, "people": 1})
    assert cities["Oslo"] == {"country": "NO", "people": 1, "rain": False}
    cities.upsert_many({"Oslo": {"area": 454.0}, "Paris": {"country": "FR"}})
    assert cities["Oslo"]["area"] == 454.0 and cities["Paris"] == {"country": "FR"}
    cities.delete_fields("Oslo", ["area", "missing"])
    assert "area" not in cities["Oslo"]
    index = read(cities)
    assert index.get_fields("Oslo", ["rain", "people", "area"]) == {"rain": False, "people": 1}
    assert index.get_fields("Atlantis", ["rain"]) is None
    assert index.get_many_fields(["Rome", "x", "Oslo"], ["people"]) == [{"people": 2748109}, None, {"people": 1}]
    cities.drop_field("people")
    cities.drop_field(prefix="ra")
    assert cities.schema == {"country": "string", "area": "float64"}
    assert index.refresh() and index["Oslo"] == {"country": "NO"}
    for wrong in [{}, {"name": "a", "prefix": "b"}]:
        with pytest.raises(TypeError):
            cities.drop_field(**wrong)


def test_columns_have_the_types_of_the_schema(folder):
    schema = {
        "a": "int32",
        "b": "int64",
        "c": "float32",
        "d": "float64",
        "e": "string",
        "f": "bytes",
        "g": "bool",
        "h": "json",
    }
    row = {"a": 1, "b": 2**40, "c": 0.1, "d": 3, "e": "x", "f": b"\xff", "g": True, "h": {"y": [1, 2]}}
    with keyfold.IndexWriter(folder, schema=schema) as writer:
        writer["k"] = row
        writer["empty"] = {}
        index = read(writer)
    assert index.schema == schema
    columns = index.get_many_fields(["k", "empty", "missing"], [*schema, "other"], as_="arrow")
    arrays = {name: pyarrow.array(column) for name, column in columns.items()}
    assert {name: str(array.type) for name, array in arrays.items()} == {
        "a": "int32",
        "b": "int64",
        "c": "float",
        "d": "double",
        "e": "string",
        "f": "binary",
        "g": "bool",
        "h": "string",
        "other": "string",
    }
    single = float(numpy.float32(0.1))
    values = row | {"c": single, "d": 3.0, "h": '{"y":[1,2]}', "other": None}
    assert {name: array.to_pylist() for name, array in arrays.items()} == {
        name: [value, None, None] for name, value in values.items()
    }
    assert {name: column.to_pylist() for name, column in columns.items()} == {
        name: [value, None, None] for name, value in values.items()
    }
    assert pyarrow.table(arrays).num_rows == 3
    assert index.get_fields("k", ["c", "d"]) == {"c": single, "d": 3.0}
    numbers = index.get_many_fields(["k"], ["a", "b", "c", "d"], as_="arrow")
    assert [str(column.to_numpy().dtype) for column in numbers.values()] == ["int32", "int64", "float32", "float64"]
    with pytest.raises(ValueError):
        index.get_many_fields(["k"], ["a"], as_="numpy")


def test_a_field_has_one_type(cities):
    assert cities.schema == {"country": "string", "people": "int64", "rain": "bool", "area": "float64"}
    for wrong in [{"people": "many"}, {"rain": 1}, {"country": b"x"}, [1]]:
        with pytest.raises(RowError):
            cities["x"] = wrong
    with pytest.raises(RowError, match="people"):
        cities.set_many({"good": {"people": 1}, "bad": {"people": "x"}})
    # all of a group or nothing
    assert "good" not in cities
    cities.declare("founded", "int32")
    with pytest.raises(RowError):
        cities["Oslo"] = {"founded": 2**40}
    with pytest.raises(ValueError):
        cities.declare("founded", "number")


def test_settings_last(folder):
    with keyfold.IndexWriter(folder, format="keyvi", durability="none", merge_width=4) as writer:
        writer["a"] = 1
        assert (writer.format, writer.durability, writer.schema) == ("keyvi", "none", None)
    with keyfold.IndexWriter(folder, durability=50) as writer:
        assert (writer.format, writer.durability, writer["a"]) == ("keyvi", "50", 1)
    for wrong in [{"format": "kv"}, {"durability": "always"}, {"merge_width": 1}, {"misspelt": 1}, {"schema": {"a": "x"}}]:
        with pytest.raises(OptionError):
            keyfold.IndexWriter(folder, **wrong)
    with pytest.raises(IndexNotFound):
        keyfold.IndexWriter(folder / "missing", create=False)
    with pytest.raises(FileNotFoundError):
        keyfold.open(folder.parent)


def test_partitions(folder):
    with keyfold.IndexWriter(folder, partitions=3, partition_by="/", schema={}) as writer:
        writer.set_many({f"user{n}/age": {"n": n} for n in range(30)})
        assert writer.partitions == 3 and len(writer) == 30
        assert writer["user7/age"] == {"n": 7}
        index = read(writer)
        assert len(index) == 30 and index["user29/age"] == {"n": 29}
        assert index.get_many(["user3/age", "none"]) == [{"n": 3}, None]
        writer.declare("m", "bool")
        assert writer.schema == {"n": "int64", "m": "bool"}
        assert index.statistics()["parts"] == 3
    with keyfold.IndexWriter(folder, durability="none") as writer:
        assert (writer.partitions, writer.durability) == (3, "none")
    for wrong in [{"partitions": 4}, {"partition_by": "/"}, {"partitions": 3, "partition_by": "::"}]:
        with pytest.raises(OptionError):
            keyfold.IndexWriter(folder, **wrong)


def test_snapshots_stay(cities):
    index = read(cities)
    before, generation = index.snapshot(), index.generation
    walk = iter(index)
    assert next(walk) == "Bergen"
    cities.delete("Oslo")
    cities["Lima"] = {"country": "PE"}
    cities.flush()
    assert list(index) == sorted(CITIES)
    assert index.refresh() and not index.refresh()
    assert index.generation != generation == before.generation
    assert list(index) == ["Bergen", "Lima", "Rome"]
    assert list(walk) == ["Oslo", "Rome"] and dict(before.items()) == CITIES
    assert before.get_fields("Oslo", ["country"]) == {"country": "NO"} and before.schema == cities.schema
    with pytest.raises(TypeError):
        pickle.dumps(before)
    assert type(before) is keyfold.Snapshot and isinstance(index, keyfold.Snapshot)


def test_filters_can_be_let_go_of(cities):
    index = read(cities)
    assert index.statistics()["filter_bytes"] > 0
    index.use_filters(False)
    assert index.statistics()["filter_bytes"] == 0
    assert dict(index.items()) == CITIES and "Lima" not in index
    index.use_filters(True)
    assert index.statistics()["filter_bytes"] > 0


def test_merges_and_what_they_cost(folder):
    with keyfold.IndexWriter(folder, max_merges=0) as writer:
        for n in range(5):
            writer.set_many({f"k{key}": {"n": n} for key in range(n, 20)})
            writer.flush()
        assert writer.report()["segments"] == 5
        index = read(writer)
        writer.force_merge()
        report = writer.report()
        assert (report["segments"], report["stored_keys"], report["merges"]) == (1, 20, 1)
        assert report["write_amplification"] > 0 and report["bytes_per_key"] > 0
        # the merged segments are gone, and still answer
        assert index["k3"] == {"n": 3}
        index.refresh()
        assert index["k3"] == {"n": 3} and index.statistics()["keys"] == 20
        assert index.verify()["segments"] == 1


def test_refresh_by_itself(cities):
    cities.flush()
    with keyfold.open(cities.path, refresh=0.05) as index:
        cities["Lima"] = {"country": "PE"}
        cities.flush()
        limit = time.monotonic() + 60
        while "Lima" not in index:
            assert time.monotonic() < limit
            time.sleep(0.01)
        assert index.problem is None
    with pytest.raises(ClosedError):
        index.refresh()
    with pytest.raises(ValueError):
        keyfold.open(cities.path, refresh=0)


def test_one_writer(cities):
    with pytest.raises(LockedError) as locked:
        keyfold.IndexWriter(cities.path)
    assert isinstance(locked.value, OSError) and locked.value.filename
    code = "import sys, keyfold; keyfold.IndexWriter(sys.argv[1])"
    command = [sys.executable, "-c", code, cities.path]
    other = subprocess.run(command, cwd=cities.path, capture_output=True, text=True, check=False)
    assert other.returncode == 1 and "LockedError" in other.stderr
    cities.close()
    cities.close()
    with pytest.raises(ClosedError):
        cities["a"] = 1
    with pytest.raises(ClosedError):
        cities["Oslo"]
    assert repr(cities).endswith("closed>") and cities.closed
    with keyfold.IndexWriter(cities.path) as again:
        assert again["Oslo"] == CITIES["Oslo"]


def test_forgotten_writers_close(folder):
    writer = keyfold.IndexWriter(folder)
    writer["a"] = 1
    del writer
    with keyfold.IndexWriter(folder) as writer:
        assert writer["a"] == 1


# fork in a process with threads is what is tested
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_reads_and_does_not_write(cities):
    index = read(cities)
    cities["Lima"] = {"country": "PE"}
    child = os.fork()
    if child == 0:
        status = 1
        try:
            for call in (lambda: cities.set("x", 1), lambda: cities.get("Oslo"), cities.flush, cities.report):
                try:
                    call()
                except ForkedError:
                    continue
                os._exit(2)
            assert index["Oslo"] == CITIES["Oslo"]
            cities.close()
            # the parent flushes meanwhile
            limit = time.monotonic() + 60
            while "Lima" not in index:
                assert time.monotonic() < limit
                index.refresh()
            status = 0
        finally:
            os._exit(status)
    cities.flush()
    assert os.waitpid(child, 0)[1] == 0
    cities["after"] = {}
    assert "after" in cities


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_writes_an_index_of_its_own(cities, tmp_path):
    cities.flush()
    cities.delete("Oslo")
    cities.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with keyfold.IndexWriter(str(tmp_path / "own")) as own:
                own.set_many(CITIES)
                assert len(list(own)) == len(CITIES)
                own.flush()
                own.delete("Oslo")
                own.force_merge(1)
                assert "Oslo" not in own
            status = 0
        finally:
            os._exit(status)
    limit = time.monotonic() + 60
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < limit:
        time.sleep(0.01)
    if ended == (0, 0):
        os.kill(child, signal.SIGKILL)
    assert ended == (child, 0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_refreshes_by_itself(cities):
    cities.flush()
    index = keyfold.open(cities.path, refresh=0.05)
    child = os.fork()
    if child == 0:
        limit = time.monotonic() + 60
        while "Lima" not in index and time.monotonic() < limit:
            time.sleep(0.01)
        os._exit(0 if "Lima" in index else 1)
    cities["Lima"] = {"country": "PE"}
    cities.flush()
    assert os.waitpid(child, 0)[1] == 0


def test_pickled_to_other_processes(cities):
    index = read(cities)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.map(index.get, CITIES)
    assert found == list(CITIES.values())
    assert pickle.loads(pickle.dumps(index))["Oslo"] == CITIES["Oslo"]
    with pytest.raises(TypeError):
        pickle.dumps(cities)


READER = """
import sys, keyfold
index = keyfold.open(sys.argv[1], refresh=None)
print("open", flush=True)
seen = 0
while seen < int(sys.argv[2]):
    index.refresh()
    # both are always written in one group
    snapshot = index.snapshot()
    first, second = snapshot["first"], snapshot["second"]
    assert first == second >= seen, (first, second, seen)
    seen = first
    assert len(snapshot) == 2 and list(snapshot.values()) == [seen, seen]
"""


def test_readers_while_one_writes(folder):
    with keyfold.IndexWriter(folder, durability="none", table_bytes=2000, merge_width=2) as writer:
        writer.set_many({"first": 0, "second": 0})
        writer.flush()
        command = [sys.executable, "-c", READER, str(folder), "2000"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        readers = [subprocess.Popen(command, cwd=folder, **pipes) for _ in range(2)]
        for reader in readers:
            assert reader.stdout.readline() == "open\n"
        for n in range(1, 2001):
            writer.set_many({"first": n, "second": n})
        writer.flush()
        for reader in readers:
            _, errors = reader.communicate(timeout=300)
            assert reader.returncode == 0, errors


def test_many_threads(folder):
    with keyfold.IndexWriter(folder) as writer:

        def write(thread):
            for n in range(50):
                writer[f"{thread}-{n}"] = {"n": n}
                assert writer[f"{thread}-{n}"] == {"n": n}

        threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(writer) == 200


def test_what_was_acknowledged_survives_a_kill(folder):
    code = (
        "import sys, keyfold\n"
        "writer = keyfold.IndexWriter(sys.argv[1])\n"
        "for n in range(10**9):\n"
        "    writer[str(n)] = {'n': n}\n"
        "    print(n, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, cwd=folder.parent, stdout=subprocess.PIPE, text=True) as child:
        for _ in range(100):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        acknowledged = 99 + len([line for line in child.stdout if line.endswith("\n")])
    with keyfold.IndexWriter(folder) as writer:
        assert len(writer) in (acknowledged + 1, acknowledged + 2)
        assert writer[str(acknowledged)] == {"n": acknowledged}


def test_interrupted(folder):
    """Ctrl-C while a generator is read: what came before in whole groups stays, and the writer goes on."""

    def rows():
        for n in range(70_000):
            yield f"{n:06}", n
        signal.raise_signal(signal.SIGINT)
        yield "last", 0

    with keyfold.IndexWriter(folder, durability="none") as writer:
        with pytest.raises(KeyboardInterrupt):
            writer.set_many(rows())
        assert len(writer) == 65536 and "last" not in writer
        writer["after"] = 1
        assert writer["after"] == 1


def test_what_is_shown(cities):
    index = read(cities)
    assert repr(index).startswith("<keyfold.Index") and "1 segments" in repr(index)
    assert repr(cities).startswith("<keyfold.IndexWriter") and "<table>" in index._repr_html_()
    assert repr(index.snapshot()).startswith("<keyfold.Snapshot")
    assert index.path == cities.path
    index.close()
    assert index.closed and repr(index).endswith("closed>")
