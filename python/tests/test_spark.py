"""Names found in text by Spark: one dictionary, shipped to the workers as a handle."""

import gzip
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import keyfold

DATA = Path(__file__).resolve().parents[2] / "testdata"


@pytest.fixture(scope="module")
def spark():
    """A session of its own with two workers."""
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("keyfold")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as text:
        return [line.rstrip("\n") for line in text]


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """The names of the bundled set, compiled."""
    path = tmp_path_factory.mktemp("spark") / "names.kf"
    rows = (line.split("\t", 1) for line in lines(DATA / "names" / "names.tsv.gz"))
    keyfold.compile(((key, value) for key, value in rows), path, kind="string")
    return keyfold.open(path)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_entities_of_a_text(spark, names):
    text = lines(DATA / "text" / "text-1mb.txt.gz")[:3000]
    frame = spark.createDataFrame(list(enumerate(text)), ["line", "text"]).repartition(4)

    def entities(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            found = names.find_many(batch.column("text"))
            rows = [
                (line, match.start, match.end, match.key, match.value)
                for line, matches in zip(batch.column("line").to_pylist(), found, strict=True)
                for match in matches
            ]
            columns = list(zip(*rows, strict=True)) or [[]] * 5
            yield pa.RecordBatch.from_arrays(
                [pa.array(column, kind) for column, kind in zip(columns, KINDS, strict=True)],
                names=["line", "start", "end", "name", "type"],
            )

    found = frame.mapInArrow(entities, "line long, start long, end long, name string, type string").collect()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = [
            (number, match.start, match.end, match.key, match.value)
            for number, line in enumerate(text)
            for match in names.find(line)
        ]
    assert len(expected) > 100
    assert sorted(map(tuple, found)) == sorted(expected)
    for number, start, end, name, _ in expected:
        assert text[number][start:end] == name


KINDS = [pa.int64(), pa.int64(), pa.int64(), pa.string(), pa.string()]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_look_ups_in_workers(spark, names):
    keys = [key for key in names.keys()][:1000]
    values = spark.sparkContext.parallelize(keys, 4).mapPartitions(lambda part: names.get_many(list(part))).collect()
    assert values == [names[key] for key in keys]
