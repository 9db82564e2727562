"""Lets the kernel write to an image: loop mounts, where they are allowed."""

import contextlib
import os
import subprocess
import tempfile
import unittest

from tests.support import images


@contextlib.contextmanager
def mounted(image, *options, kind=None):
    """The folder where the image is mounted, read and write; all of it is in the image afterwards."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("mounting needs root")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [images.tool("mount") or "mount", *(("-t", kind) if kind else ()),
             "-o", ",".join(("loop", *options)), image, folder],
            capture_output=True, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest(f"the kernel does not mount it: {done.stderr.decode().strip()}")
        try:
            yield folder
        finally:
            images.run("umount", folder)
