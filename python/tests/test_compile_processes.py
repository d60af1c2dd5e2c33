"""`keyfold.compile` under signals, in little memory, in threads and after a fork."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import keyfold


def run(code, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)], stdout=subprocess.PIPE, text=True, **options
    )


ENDLESS = """
    import itertools, sys
    import keyfold

    def rows():
        for number in itertools.count():
            if number == 100_000:
                print("started", flush=True)
            yield str(number), number

    try:
        if sys.argv[2] == "generator":
            keyfold.compile(rows(), sys.argv[1], replace=True)
        elif sys.argv[2] == "iterator":
            print("started", flush=True)
            keyfold.compile(zip(map(str, itertools.count()), itertools.count()), sys.argv[1], replace=True)
        else:
            compiler = keyfold.compiler.IntDictionaryCompiler()
            for number in range(3_000_000):
                compiler.add(str(number), number)
            print("started", flush=True)
            compiler.compile()
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize("source", ["generator", "iterator", "compiler"])
def test_ctrl_c(tmp_path, source):
    path = tmp_path / "a file.kf"
    keyfold.compile({"a": 1}, path)
    before = path.read_bytes()
    process = run("import keyfold.compiler" + ENDLESS.replace("\n    ", "\n"), path, source)
    assert process.stdout.readline() == "started\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[0] == "interrupted\n"
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_many_rows_in_little_memory(tmp_path):
    code = """
        import resource, sys
        import keyfold

        def rows():
            for number in range(1_000_000):
                yield f"{number * 7919 % 1_000_003:030}", number

        keyfold.compile([("a", 1)], sys.argv[1] + ".first")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        summary = keyfold.compile(rows(), sys.argv[1], memory_limit="16M")
        print(summary.keys, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    keys, kilobytes = map(int, run(code, tmp_path / "file").communicate(timeout=300)[0].split())
    assert keys == 1_000_000
    # Keys and values alone are 38 MB; models and stacks come on top of the limit.
    assert kilobytes < 64 << 10


def test_from_several_threads(tmp_path):
    def compiled(number):
        path = tmp_path / str(number)
        keyfold.compile(((str(i), i * number) for i in range(5000)), path)
        return dict(keyfold.open(path).items()) == {str(i): i * number for i in range(5000)}

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(compiled, range(8)))


def test_after_a_fork(tmp_path):
    code = """
        import os, sys
        import keyfold

        rows = {str(i): i for i in range(20_000)}
        keyfold.compile(rows, sys.argv[1] + "/before")
        child = os.fork()
        if child == 0:
            keyfold.compile(rows, sys.argv[1] + "/child")
            os._exit(0)
        print(os.waitpid(child, 0)[1])
    """
    assert run(code, tmp_path).communicate(timeout=60)[0] == "0\n"
    assert (tmp_path / "child").read_bytes() == (tmp_path / "before").read_bytes()
