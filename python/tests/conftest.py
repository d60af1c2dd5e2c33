"""Files to read, in both layouts."""

import itertools

import pytest

import keyfold

LAYOUTS = ["keyvi", "native"]


@pytest.fixture(params=LAYOUTS)
def layout(request):
    """Each layout in turn."""
    return request.param


@pytest.fixture
def make(tmp_path):
    """Compiles rows into a file of a kind and a layout: `make(rows, kind, layout, ...)` gives its path."""
    numbers = itertools.count()

    def compiled(rows, kind, layout, **options):
        path = tmp_path / f"{next(numbers)}.kf"
        keyfold.compile(rows, path, kind, format=layout, **options)
        return path

    return compiled
