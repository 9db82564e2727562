"""Finds libpidometer as it was built, and loads it by the example host in Python."""

import ctypes  # noqa: F401  (of whoever declares more functions)
import importlib.util

from tests.support import program

LIBRARY = program.BUILD_ROOT / "capi" / "libpidometer.so.0"
HOST_PY = program.SOURCE_ROOT / "examples" / "host.py"


def host_module():
    """examples/host.py: what it does is tested by being used."""
    spec = importlib.util.spec_from_file_location("host", HOST_PY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOST = host_module()


def load():
    return HOST.load(str(LIBRARY))


def scan():
    return HOST.Scan(load())


class LibraryTest(program.ProgramTest):
    """A case that needs the shared library; skipped, and counted as such, where it is not built."""

    def setUp(self):
        super().setUp()
        if not LIBRARY.exists():
            self.skipTest(f"{LIBRARY} is not built")
