#!/usr/bin/python3
"""scan -d: every path that is given is an image of the fleet, or a part of one."""

import json
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, fleet_hosts, fleets, images, program, tap  # noqa: E402


class Inputs(fleets.FleetTest):
    def states(self, *inputs, status=0):
        run = program.run("scan", "-d", self.out, "--force", "-z", "UTC", *inputs)
        self.assertEqual(run.status, status, run.err)
        return {tuple(image["inputs"]): image["state"] for image in fleets.status_of(self.out)["images"]}

    def test_a_missing_image_whose_name_is_a_part_of_anothers(self):
        log = self.place / "log"
        log.write_bytes(fleet_hosts.log_of(1))
        missing = [str(self.place / name) for name in ("web1", "web10", "we", "10")]
        self.assertEqual(self.states(*missing, log, status=3),
                         {**{(path,): "failed" for path in missing}, (str(log),): "complete"})

    def test_images_that_cannot_be_reached_are_told_apart(self):
        """Links that lead to themselves, as folders that may not be searched are for others than root."""
        log, loops = self.place / "log", [self.place / name for name in ("a", "b")]
        log.write_bytes(fleet_hosts.log_of(1))
        for loop in loops:
            loop.symlink_to(loop.name)
        states = {**{(str(loop),): "failed" for loop in loops}, (str(log),): "complete"}
        self.assertEqual(self.states(*loops, log, status=3), states)
        case = self.place / "case.json"
        case.write_text(json.dumps([{"segments": str(path)} for path in (*loops, log)]))
        self.assertEqual(self.states("--case", case, status=3), states)
        merged = program.run("merge", *loops, self.out / "images" / "log.jsonl")
        self.assertNotIn("given more than once", merged.err)

    def test_a_copy_in_segments_is_one_image(self):
        segments = evidence.segmented_e01(self.place)
        copy = self.place / "copy"
        copy.mkdir()
        copies = [shutil.copy(segment, copy) for segment in segments]
        states = self.states(*segments, *copies)
        self.assertEqual(states, {tuple(map(str, part)): "complete" for part in (segments, copies)})

    def test_a_damaged_copy_is_an_image(self):
        image, copy = self.place / "disk.E01", self.place / "copy.E01"
        shutil.copy(program.E01, image)
        evidence.flipped_e01(copy)
        self.assertEqual(self.states(image, copy, status=3), {(str(image),): "complete", (str(copy),): "partial"})
        # Without a set identifier nothing says that the whole one beside it is the same acquisition.
        copy.write_bytes(program.E01.read_bytes()[:-100])
        for inputs in ((image, copy), (copy, image)):
            self.assertEqual(self.states(*inputs, status=3), {(str(image),): "complete", (str(copy),): "partial"})

    def test_one_file_by_two_names_is_told(self):
        log, disk = self.place / "log", self.place / "disk.E01"
        log.write_bytes(fleet_hosts.log_of(1))
        shutil.copy(program.E01, disk)
        hard, link = self.place / "hard.E01", self.place / "link"
        hard.hardlink_to(disk)
        link.symlink_to(log)
        run = program.run("scan", "-d", self.out, "-z", "UTC", disk, log, hard, link, log)
        notes = [f"{hard} is given already, as {disk}, and read once", f"{link} is given already, as {log}, and read once",
                 f"{log} is given twice and read once"]
        for note in notes:
            self.assertIn(f"warning: {note}\n", run.err)
        status = fleets.status_of(self.out)
        self.assertEqual((status["notes"], status["counts"]["total"]), (notes, 2))

    def bytes_planned(self, copies):
        """What a fleet and the processes that looked at its inputs have read when it begins to scan."""
        shutil.rmtree(self.out, ignore_errors=True)
        process = fleets.start(self.out, "-z", "UTC", "--jobs", "1", *copies)
        while not list((self.out / "images").glob("*.log")):
            self.assertIsNone(process.poll())
            time.sleep(0.001)
        text = pathlib.Path("/proc", str(process.pid), "io").read_text()
        process.send_signal(signal.SIGINT)
        process.stderr.close()
        process.wait(program.TIMEOUT_SECONDS)
        return dict(line.split(": ") for line in text.splitlines())["rchar"]

    def test_copies_are_not_looked_at_for_each_of_them(self):
        copies = [self.place / f"copy{number:03}.E01" for number in range(48)]
        for copy in copies:
            shutil.copy(program.E01, copy)
        few, some, many = (int(self.bytes_planned(copies[:count])) for count in (2, 24, 48))
        self.assertLess((many - few) / (some - few), 2.5)  # 46 / 22, and not 48 * 48 / (24 * 24)
        self.assertEqual(set(self.states(*copies[:12]).values()), {"complete"})

    def test_a_segment_of_another_host_fills_no_hole(self):
        """Debian's ewfacquire gives sets no identifier: all images of one size look alike but for their names."""
        here, there = self.place / "here", self.place / "there"
        for folder, step in ((here, 1), (there, -1)):
            folder.mkdir()
            medium = folder / "medium"
            medium.write_bytes(program.RAW.read_bytes() + evidence.noise(3 << 20)[::step])
            images.run("ewfacquire", "-u", "-q", "-t", folder / "disk", "-S", "1048576", medium)
            medium.unlink()
        ours, theirs = (sorted(folder.glob("disk.E*")) for folder in (here, there))
        # A segment given beside does not take the place of the own one.
        self.states(ours[0], theirs[2])
        found = [[file["path"] for file in image["files"]] for image in fleets.status_of(self.out)["images"]]
        self.assertEqual(found, [list(map(str, ours)), list(map(str, theirs))])
        ours[2].unlink()
        shutil.copy(theirs[2], here / "other.E03")
        self.states(ours[0], status=3)
        image, = fleets.status_of(self.out)["images"]
        self.assertEqual(image["state"], "partial")
        self.assertIn("segment 3", image["message"])
        self.assertNotIn(str(here / "other.E03"), [file["path"] for file in image["files"]])

    def test_an_interrupt_while_inputs_are_looked_at_leaves_all(self):
        logs = [self.place / f"log{number}" for number in range(300)]
        for log in logs:
            log.write_bytes(b"Mar  1 10:00:00 web01 CROND[842]: (root) CMD (run)\n")
        parts = evidence.split_raw(self.place)
        self.states(parts[0])
        before = fleets.rows_of(self.out), (self.out / "status.json").read_bytes()
        process = fleets.start(self.out, "--resume", "-z", "UTC", parts[0], *logs)
        program.wait_for_handlers(process)
        process.send_signal(signal.SIGINT)
        process.stderr.close()
        self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 130)
        self.assertEqual((fleets.rows_of(self.out), (self.out / "status.json").read_bytes()), before)

    def test_inputs_that_cannot_be_looked_at_are_no_images(self):
        """Each segment would be taken for a host of its own."""
        parts = evidence.split_raw(self.place)
        done = subprocess.run([program.PROGRAM, "scan", "-d", self.out, *parts], capture_output=True, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9)))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"cannot start a process that reads the evidence", done.stderr)
        self.assertFalse(self.out.exists())

    def test_extents_are_a_part_of_their_disk(self):
        self.need("qemu-img")
        whole, alone = (self.place / f"{name}.vmdk" for name in ("disk", "other"))
        for image in (whole, alone):
            images.run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse",
                       program.RAW, image)
        extents = [self.place / f"{image.stem}-s001.vmdk" for image in (whole, alone)]
        states = self.states(whole, *extents)
        self.assertEqual(states, {(str(image),): "complete" for image in (whole, alone)})


if __name__ == "__main__":
    tap.main()
