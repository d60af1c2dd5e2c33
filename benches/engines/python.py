"""python.py keyvi|dict OPERATION ...: the engines that are Python objects, with the protocol of README.md.

Operations: get and resident; of keyvi alone iterate, fuzzy, complete, find.
"""

import argparse
import json
import operator
import re
import sys
import time
import zlib


class Keyvi:
    """The Python package keyvi."""

    def __init__(self, path):
        import keyvi.dictionary

        self.begin = time.perf_counter()
        self.dictionary = keyvi.dictionary.Dictionary(path)
        self.get = self.dictionary.get

    def text(self, value):
        return value.value_as_string().encode()

    def packed(self, value):
        return value.msgpacked_value_as_string()

    def keys(self):
        return self.dictionary.keys()

    def fuzzy(self, query, distance, minimum_prefix):
        """Keys with their distances."""
        matches = self.dictionary.match_fuzzy(query, distance, minimum_prefix)
        return [(match.matched_string, int(match.score)) for match in matches]

    def complete(self, prefix, top):
        """Keys with their weights. keyvi shows more than it is asked for, in no order: its user sorts and cuts."""
        matches = self.dictionary.complete_prefix(prefix, top)
        heaviest = sorted(((match.weight, match) for match in matches), key=WEIGHT, reverse=True)[:top]
        return [(match.matched_string, weight) for weight, match in heaviest]

    def find(self, text):
        """Where keys stand between spaces."""
        return [(match.start, match.end) for match in self.dictionary.search_tokenized(text)]


class Dict:
    """Python's own dict, filled from rows; integers are kept as such."""

    def __init__(self, path):
        self.table = {}
        with open(path, "rb") as rows:
            for row in rows:
                key, _, value = row[:-1].partition(b"\t")
                self.table[key] = int(value) if value.isdigit() else value
        self.get = self.table.get

    def text(self, value):
        return str(value).encode() if isinstance(value, int) else value


WEIGHT = operator.itemgetter(0)
ENGINES = {"keyvi": Keyvi, "dict": Dict}


class Checksum:
    """CRC-32 over pieces, each followed by its length as 8 bytes."""

    def __init__(self):
        self.state = 0

    def add(self, piece):
        self.state = zlib.crc32(piece + len(piece).to_bytes(8, "little"), self.state)

    def add_text(self, text):
        self.add(NUMBER.sub(uniform, text))

    def text(self):
        return f"{self.state:08x}"


NUMBER = re.compile(rb"-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?")


def uniform(number):
    """A number with nine digits behind the point and an exponent, as `1.450000000e2`."""
    mantissa, _, exponent = f"{float(number[0]):.9e}".partition("e")
    return f"{mantissa}e{int(exponent)}".encode()


def main():
    arguments = parse()
    engine = ENGINES[arguments.engine](arguments.file)
    report = OPERATIONS[arguments.operation](engine, arguments)
    print(json.dumps(report), flush=True)
    if arguments.operation == "resident":
        sys.stdin.read()


def get(engine, arguments):
    take = None if arguments.value == "none" else getattr(engine, arguments.value)
    found, checksum = 0, Checksum()
    add = checksum.add_text if arguments.value == "text" else checksum.add
    for key in queries(arguments):
        value = engine.get(key)
        if value is not None:
            found += 1
            if take:
                add(take(value))
    nanoseconds = []
    for _ in range(arguments.passes):
        # New objects for every pass: bytes remember their hash once a dict has asked for it.
        keys = queries(arguments)
        begin = time.perf_counter()
        hits = ask_and_take(engine.get, take, keys) if take else ask(engine.get, keys)
        nanoseconds.append((time.perf_counter() - begin) * 1e9 / max(len(keys), 1))
        assert hits == found, f"passes differ: {found}, then {hits}"
    return {
        "queries": len(keys),
        "found": found,
        "checksum": checksum.text(),
        "nanoseconds": nanoseconds,
    }


def ask(get, keys):
    hits = 0
    for key in keys:
        if get(key) is not None:
            hits += 1
    return hits


def ask_and_take(get, take, keys):
    hits = 0
    for key in keys:
        value = get(key)
        if value is not None:
            take(value)
            hits += 1
    return hits


def iterate(engine, arguments):
    count, checksum = 0, Checksum()
    for key in engine.keys():
        count += 1
        checksum.add(key.encode())
    nanoseconds = []
    for _ in range(arguments.passes):
        begin = time.perf_counter()
        for _ in engine.keys():
            pass
        nanoseconds.append((time.perf_counter() - begin) * 1e9 / max(count, 1))
    return {"keys": count, "checksum": checksum.text(), "nanoseconds": nanoseconds}


def fuzzy(engine, arguments):
    options = arguments.distance, arguments.minimum_prefix
    return matches(arguments, lambda query: engine.fuzzy(query, *options), lambda key, distance: (key.encode(), four(distance)))


def complete(engine, arguments):
    return matches(arguments, lambda query: engine.complete(query, arguments.top), lambda _key, weight: (four(weight),))


def matches(arguments, ask, checked):
    """Queries that have several matches; of each the pieces that are checked."""
    asked = queries(arguments)
    total, checksum = 0, Checksum()
    for query in asked:
        found = ask(query)
        total += len(found)
        for match in found:
            for piece in checked(*match):
                checksum.add(piece)
        checksum.add(len(found).to_bytes(8, "little"))
    nanoseconds = []
    for _ in range(arguments.passes):
        begin = time.perf_counter()
        again = sum(len(ask(query)) for query in asked)
        nanoseconds.append((time.perf_counter() - begin) * 1e9 / max(len(asked), 1))
        assert again == total, f"passes differ: {total}, then {again}"
    return {"queries": len(asked), "found": total, "checksum": checksum.text(), "nanoseconds": nanoseconds}


def four(number):
    return number.to_bytes(4, "little")


def find(engine, arguments):
    assert arguments.boundaries == "spaces", "keyvi knows no other boundaries"
    engine.find(b"")
    ready = (time.perf_counter() - engine.begin) * 1e9
    with open(arguments.text, "rb") as text:
        text = text.read()
    checksum = Checksum()
    found = engine.find(text)
    for span in found:
        for place in span:
            checksum.add(place.to_bytes(8, "little"))
    nanoseconds = []
    for _ in range(arguments.passes):
        begin = time.perf_counter()
        again = len(engine.find(text))
        nanoseconds.append((time.perf_counter() - begin) * 1e9)
        assert again == len(found), f"passes differ: {len(found)}, then {again}"
    return {
        "bytes": len(text),
        "found": len(found),
        "checksum": checksum.text(),
        "ready_nanoseconds": ready,
        "nanoseconds": nanoseconds,
    }


def resident(engine, arguments):
    asked = found = 0
    while asked < arguments.gets:
        with open(arguments.queries, "rb") as lines:
            for line in lines:
                if asked == arguments.gets:
                    break
                value = engine.get(line[:-1])
                if value is not None:
                    engine.text(value)
                    found += 1
                asked += 1
    return {"queries": asked, "found": found, "rss_kib": rss_kib()}


OPERATIONS = {
    "get": get,
    "iterate": iterate,
    "fuzzy": fuzzy,
    "complete": complete,
    "find": find,
    "resident": resident,
}


def rss_kib():
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS:")).split()[1])


def queries(arguments):
    with open(arguments.queries, "rb") as text:
        return text.read().split(b"\n")[:-1][: arguments.limit]


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    operations = parser.add_subparsers(dest="operation", required=True)
    for name in OPERATIONS:
        operation = operations.add_parser(name)
        operation.add_argument("file")
        if name == "find":
            operation.add_argument("text")
        elif name != "iterate":
            operation.add_argument("queries")
            operation.add_argument("--limit", type=int)
        if name == "resident":
            operation.add_argument("--gets", type=int, default=1_000_000)
        else:
            operation.add_argument("--passes", type=int, default=5)
        for option, default in OPTIONS.get(name, {}).items():
            operation.add_argument(option, type=type(default), default=default)
    return parser.parse_args()


# Options of single operations with their defaults.
OPTIONS = {
    "get": {"--value": "none"},
    "fuzzy": {"--distance": 1, "--minimum-prefix": 0},
    "complete": {"--top": 10},
    "find": {"--boundaries": "words"},
}

main()
