#!/usr/bin/python3
"""The Debian packages, made of what is built: what is in them, and that it runs from where it lies.

That they compile with Debian's own flags is tools/build_deb.sh's to show, which takes longer.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import library, program, tap  # noqa: E402

NAMES = ("libpidometer-dev", "libpidometer0", "pidometer")


class Packages(library.LibraryTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lacking = [tool for tool in ("dh", "dpkg-buildpackage") if shutil.which(tool) is None]
        cls.built = None

    @classmethod
    def tearDownClass(cls):
        if cls.built is not None:
            cls.built.cleanup()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        if self.lacking:
            self.skipTest(f"{', '.join(self.lacking)}: not installed")
        if type(self).built is None:
            type(self).built = tempfile.TemporaryDirectory()
            done = subprocess.run([program.SOURCE_ROOT / "tools" / "build_deb.sh", "--built", program.BUILD_ROOT,
                                   self.built.name], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.root("").mkdir()
            for deb in pathlib.Path(self.built.name).glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", deb, self.root(deb.name.partition("_")[0])], check=True)

    def root(self, name):
        return pathlib.Path(self.built.name, "roots", name)

    def files(self, name):
        root = self.root(name)
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()}

    def library_folder(self):
        return next(self.root("libpidometer0").glob("usr/lib/*"))

    def test_each_has_its_own(self):
        triplet = self.library_folder().name
        self.assertIn("usr/bin/pidometer", self.files("pidometer"))
        self.assertIn("usr/share/pidometer/schemas/row.schema.json", self.files("pidometer"))
        # zsh of Debian does not look into site-functions of /usr.
        self.assertIn("usr/share/zsh/vendor-completions/_pidometer", self.files("pidometer"))
        self.assertNotIn("usr/share/zsh/site-functions/_pidometer", self.files("pidometer"))
        schemas = {f"usr/share/pidometer/schemas/{path.name}" for path in (program.SOURCE_ROOT / "schemas").glob("*.json")}
        self.assertLessEqual(schemas, self.files("pidometer"))
        self.assertIn(f"usr/lib/{triplet}/libpidometer.so.0", self.files("libpidometer0"))
        for name in ("usr/include/pidometer.h", f"usr/lib/{triplet}/libpidometer.so",
                     f"usr/lib/{triplet}/pkgconfig/pidometer.pc",
                     "usr/share/doc/libpidometer-dev/examples/host.c"):
            self.assertIn(name, self.files("libpidometer-dev"))
        for name in NAMES:
            self.assertIn(f"usr/share/doc/{name}/copyright", self.files(name))
        common = [self.files(one) & self.files(other) for one in NAMES for other in NAMES if one < other]
        self.assertEqual(common, [set(), set(), set()])

    def test_the_program_runs(self):
        run = subprocess.run([self.root("pidometer") / "usr/bin/pidometer", "scan", "-q", program.E01],
                             capture_output=True, check=False)
        self.assertEqual((run.returncode, run.stderr), (0, b""))
        self.assertEqual(run.stdout, program.run("scan", program.E01).out)

    def test_a_host_runs_on_the_library(self):
        folder = self.library_folder()
        run = subprocess.run(
            ["/usr/bin/python3", self.root("libpidometer-dev") / "usr/share/doc/libpidometer-dev/examples/host.py",
             program.E01], capture_output=True, text=True, check=False,
            env={**os.environ, "LD_LIBRARY_PATH": str(folder)})
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("842 more PIDs", run.stdout)


if __name__ == "__main__":
    tap.main()
