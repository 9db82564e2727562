#!/usr/bin/python3
"""libpidometer as it is installed: its symbols, its header, its place, its pkg-config file.

PIDOMETER_ACCEPT=1 rewrites symbols.txt and reports the case as skipped.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import library, program, tap  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
HEADER = program.SOURCE_ROOT / "capi" / "pidometer.h"
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wstrict-prototypes", "-Werror")


def exported(path):
    """`name version` of all symbols that a shared library gives away, but for the version itself."""
    out = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    found = [line.split()[1:] for line in out.splitlines()]
    return sorted(name.replace("@@", " ") for kind, name in found if kind != "A")


def names(text):
    return set(re.findall(r"\b(pidometer_[a-z_]+)\(", text))


class Symbols(library.LibraryTest):
    def test_are_those_of_the_golden_list(self):
        golden = HERE / "symbols.txt"
        text = "\n".join(exported(library.LIBRARY)) + "\n"
        if os.environ.get("PIDOMETER_ACCEPT"):
            golden.write_text(text)
            self.skipTest("symbols.txt is rewritten")
        self.assertEqual(text, golden.read_text())

    def test_are_those_of_the_header_and_of_the_package(self):
        given = {line.split()[0] for line in exported(library.LIBRARY)}
        code = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
        self.assertEqual(names(code), given)
        package = program.SOURCE_ROOT / "debian" / "libpidometer0.symbols"
        told = set(re.findall(r"^ (pidometer_\w+)@PIDOMETER_0 ", package.read_text(), re.M))
        self.assertEqual(told, given)

    def test_what_only_the_program_writes_is_not_in_it(self):
        """The page of the HTML report, with its plotting library, and the summary on a terminal."""
        for part in ("pidometer::Report::write", "pidometer::TerminalSummary::write"):
            holds = {path: part in subprocess.run(["nm", "-C", "--defined-only", path], capture_output=True, text=True,
                                                  check=True).stdout for path in (program.PROGRAM, library.LIBRARY)}
            self.assertEqual(holds, {program.PROGRAM: True, library.LIBRARY: False}, part)
        self.assertIn(b"dygraph", pathlib.Path(program.PROGRAM).read_bytes())
        self.assertNotIn(b"dygraph", library.LIBRARY.read_bytes())

    def test_the_name_is_versioned(self):
        dynamic = subprocess.run(["readelf", "-d", library.LIBRARY], capture_output=True, text=True,
                                 check=True).stdout
        self.assertIn("soname: [libpidometer.so.0]", dynamic)


class Header(library.LibraryTest):
    def test_compiles_as_c_and_as_cpp(self):
        for compiler in (("gcc", "-x", "c", "-std=c99"), ("gcc", "-x", "c", "-std=c17"),
                         ("g++", "-x", "c++", "-std=c++98", "-Wno-long-long"), ("g++", "-x", "c++", "-std=c++20")):
            with self.subTest(compiler):
                warnings = [one for one in WARNINGS if compiler[0] == "gcc" or "prototypes" not in one]
                done = subprocess.run([*compiler, *warnings, "-fsyntax-only", "-"], capture_output=True, text=True,
                                      input=f'#include "{HEADER}"\n#include "{HEADER}"\n', check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_no_struct_is_laid_open(self):
        self.assertNotRegex(HEADER.read_text(), r"struct\s+\w*\s*\{")

    def test_version_is_the_programs(self):
        loaded = library.load()
        run = program.run("--version")
        first, *libraries = run.out.decode().splitlines()
        self.assertEqual(first, f"pidometer {loaded.pidometer_version().decode()}")
        loaded.pidometer_libraries.restype = library.ctypes.c_char_p
        self.assertEqual(loaded.pidometer_libraries().decode().splitlines(), libraries)


class Installed(library.LibraryTest):
    def test_a_host_is_built_with_pkg_config_and_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["meson", "install", "--no-rebuild", "--quiet", "-C", program.BUILD_ROOT,
                                   "--destdir", folder], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            (pc_file,) = pathlib.Path(folder).rglob("pidometer.pc")
            library_folder = pc_file.parent.parent
            self.assertTrue((library_folder / "libpidometer.so.0").exists())
            flags = subprocess.run(
                ["pkg-config", "--cflags", "--libs", "pidometer"], capture_output=True, text=True, check=True,
                env={**os.environ, "PKG_CONFIG_PATH": str(pc_file.parent),
                     "PKG_CONFIG_SYSROOT_DIR": folder}).stdout.split()
            host = pathlib.Path(folder, "host")
            subprocess.run(["gcc", "-std=c99", *WARNINGS, program.SOURCE_ROOT / "examples" / "host.c", "-o", host,
                            *flags], check=True)
            run = subprocess.run([host, program.RAW], capture_output=True, check=False,
                                 env={**os.environ, "LD_LIBRARY_PATH": str(library_folder)})
            self.assertEqual((run.returncode, run.stderr), (0, b""))
            self.assertEqual(run.stdout, program.run("scan", program.RAW).out)
            (exe,) = pathlib.Path(folder).rglob("bin/pidometer")
            self.assertNotIn("RUNPATH", subprocess.run(["readelf", "-d", exe], capture_output=True, text=True,
                                                       check=True).stdout)


if __name__ == "__main__":
    tap.main()
