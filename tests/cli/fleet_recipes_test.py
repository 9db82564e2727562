#!/usr/bin/python3
"""docs/fleets.md: no image of a cluster's list is left out, and no row that does not hold comes into the timeline."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import fleet_hosts, fleets, images, program, rows, tap  # noqa: E402

DOCS = program.SOURCE_ROOT / "docs" / "fleets.md"
# GNU parallel as far as the recipe uses it: one job a line of the list, its words quoted behind the command's, tried
# again as often as --retries says, a row of the log for each in the order of the list.
STAND_IN = r"""#!/usr/bin/python3
import shlex, subprocess, sys
words, options, command, at = sys.argv[1:], {}, [], 0
while words[at].startswith("--"):
    options[words[at]], at = words[at + 1], at + 2
end = words.index("::::")
command, failed = words[at:end], 0
assert options.keys() == {"--sshloginfile", "--workdir", "--joblog", "--retries"} and open(options["--sshloginfile"]).read() == ":\n"
with open(options["--joblog"], "w") as log:
    log.write("Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n")
    for number, line in enumerate(open(words[end + 1]).read().splitlines(), 1):
        job = " ".join([*command, shlex.quote(line)])
        for _ in range(int(options["--retries"])):
            status = subprocess.run(job, shell=True, stdin=subprocess.DEVNULL).returncode
            if status == 0:
                break
        failed += status != 0
        log.write(f"{number}\t:\t0\t0\t0\t0\t{status}\t0\t{job}\n")
sys.exit(min(failed, 101))
"""


def blocks():
    """The indented blocks of the page's section, without their indentation."""
    found, block = [], []
    for line in [*DOCS.read_text().split("\n## Past one machine\n", 1)[1].split("\n## ")[0].splitlines(), ""]:
        if line.startswith("    "):
            block.append(line[4:])
        elif block:
            found.append("\n".join(block) + "\n")
            block = []
    return found


def block(words):
    """The only block that has the words."""
    found, = [one for one in blocks() if words in one]
    return found


class RecipesTest(fleets.FleetTest):
    def setUp(self):
        super().setUp()
        self.need("jq")
        self.tools = self.place / "bin"
        self.tools.mkdir()
        (self.tools / "pidometer").symlink_to(os.path.abspath(program.PROGRAM))
        self.evidence = self.place / "evidence"
        self.evidence.mkdir()
        self.write("image.sh", block("# image.sh IMAGE"))
        self.write("array.sh", block("#SBATCH"))
        self.write("report.sh", block("# report.sh"))
        self.write("nodes", ":\n")

    def write(self, name, text):
        path = self.place / name
        path.write_text(text)
        path.chmod(0o755)

    def shell(self, words, **environment):
        """The shell at the page's commands, with the evidence of this test."""
        return subprocess.run(
            ["sh", "-c", words.replace("/evidence/", f"{self.evidence}/")], cwd=self.place, check=False,
            env={**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", **environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=program.TIMEOUT_SECONDS)

    def add(self, name, content):
        (self.evidence / name).write_bytes(content)
        return str(self.evidence / name)

    def report(self, status=0):
        """What the report names, as {file name: (state, reason)}, and the files that the timeline's rows are of."""
        done = self.shell("./report.sh")
        self.assertEqual(done.returncode, status, done.stderr)
        told = [line.split("\t") for line in done.stdout.splitlines()]
        self.assertEqual(len({image for image, _, _ in told}), len(told))
        return {pathlib.Path(image).name: (state, why) for image, state, why in told}, self.merged()

    def merged(self):
        found = set()
        for row in rows.load_rows(self.place / "timeline.jsonl"):
            layer = row["pathspec"]
            while "parent" in layer:
                layer = layer["parent"]
            found.add(pathlib.Path(layer["location"]).name)
        return found


class Parallel(RecipesTest):
    def setUp(self):
        super().setUp()
        if shutil.which("parallel") is None:
            self.write("bin/parallel", STAND_IN)

    def run_all(self):
        """(Exit status, {file name: exit status of its job}) of the page's commands."""
        self.assertEqual(self.shell(block("> images.txt")).returncode, 0)
        done = self.shell(block("parallel "))
        jobs = [line.split("\t") for line in (self.place / "results/joblog").read_text().splitlines()[1:]]
        return done.returncode, {pathlib.Path(job[8].strip("'\"")).name: int(job[6]) for job in jobs}

    def test_an_image_that_comes_later_is_scanned_wherever_it_sorts(self):
        for number in range(1, 4):
            self.add(f"web{number}.E01", program.E01.read_bytes() if number == 1 else fleet_hosts.log_of(number))
        self.add("web4.E01", b"no cron here\n" * 10)
        self.assertEqual(self.run_all(), (0, {f"web{number}.E01": 0 for number in range(1, 5)}))
        self.assertEqual(self.report(), ({}, {"web1.E01", "web2.E01", "web3.E01"}))
        before = {path: path.stat().st_mtime_ns for path in self.place.glob("results/**/images/*.jsonl")}
        self.assertEqual(len(before), 4)
        self.add("aaa.E01", fleet_hosts.log_of(5))
        self.add("web22.E01", fleet_hosts.log_of(6))
        self.assertEqual(self.run_all()[0], 0)
        self.assertEqual(self.report(), ({}, {"aaa.E01", "web1.E01", "web2.E01", "web22.E01", "web3.E01"}))
        # What was done is not done again.
        self.assertEqual({path: path.stat().st_mtime_ns for path in before}, before)

    def test_what_failed_is_named_and_tried_again(self):
        self.add("it's one.E01", fleet_hosts.log_of(1))
        self.add("cut.E01", program.E01.read_bytes()[:-2000])
        self.add("empty.E01", b"")
        for _ in range(2):
            self.assertEqual(self.run_all()[0], 2)
            told, merged = self.report()
            self.assertEqual({name: state for name, (state, _) in told.items()}, {"cut.E01": "partial", "empty.E01": "failed"})
            self.assertIn("it is cut short", told["cut.E01"][1])
            self.assertIn("it is empty", told["empty.E01"][1])
            self.assertEqual(merged, {"it's one.E01", "cut.E01"})
        self.add("empty.E01", fleet_hosts.log_of(2))
        self.add("cut.E01", program.E01.read_bytes())
        self.assertEqual(self.run_all()[0], 0)
        self.assertEqual(self.report(), ({}, {"it's one.E01", "cut.E01", "empty.E01"}))


class Slurm(RecipesTest):
    def run_array(self, **environment):
        """Exit statuses of the tasks, as many as the page's command would start."""
        words = block("sbatch ")
        count = self.shell(words.replace("sbatch --array=1-", "echo ").replace("%64 array.sh", "")).stdout
        return [self.shell("./array.sh", SLURM_ARRAY_TASK_ID=str(number), **environment).returncode
                for number in range(1, int(count) + 1)]

    def list(self, *paths, end="\n"):
        (self.place / "images.txt").write_text("\n".join(paths) + end)

    def test_an_array_of_jobs(self):
        good = self.add("good", fleet_hosts.log_of(1))
        blank = self.add("blank", b"no cron here\n" * 10)
        cut = self.add("cut.E01", program.E01.read_bytes()[:-2000])
        odd = self.add("-o odd", fleet_hosts.log_of(2))
        # No line feed ends the last line.
        self.list(good, blank, cut, odd, end="")
        for _ in range(2):
            self.assertEqual(self.run_array(), [0, 0, 3, 0])
            told, merged = self.report()
            self.assertEqual({name: state for name, (state, _) in told.items()}, {"cut.E01": "partial"})
            self.assertEqual(merged, {"good", "cut.E01", "-o odd"})
        # The order of the list is no matter of the results.
        self.list(self.add("aaa", fleet_hosts.log_of(3)), odd, cut, blank, good)
        self.assertEqual(self.run_array(), [0, 0, 3, 0, 0])
        self.assertEqual(self.report()[1], {"aaa", "good", "cut.E01", "-o odd"})

    def test_rows_that_no_longer_hold_are_merged_no_more(self):
        good, cut = self.add("good", fleet_hosts.log_of(1)), self.add("cut.E01", program.E01.read_bytes()[:-2000])
        self.list(good, cut)
        self.assertEqual(self.run_array(), [0, 3])
        self.assertEqual(self.report()[1], {"good", "cut.E01"})
        self.add("cut.E01", b"")
        self.assertEqual(self.run_array(), [0, 1])
        told, merged = self.report()
        self.assertEqual(merged, {"good"})
        self.assertEqual(told["cut.E01"][0], "failed")
        # What is no longer in the list is not merged either.
        self.list(self.add("other", fleet_hosts.log_of(2)))
        self.assertEqual(self.run_array(), [0])
        self.assertEqual(self.report(), ({}, {"other"}))

    def test_an_image_without_a_result_is_named(self):
        good, lost = self.add("good", fleet_hosts.log_of(1)), self.add("lost", fleet_hosts.log_of(2))
        self.list(good, lost)
        self.assertEqual(self.shell("./array.sh", SLURM_ARRAY_TASK_ID="1").returncode, 0)
        # A node that has no such program.
        (self.place / "bare").mkdir()
        for name in ("sh", "sed"):
            (self.place / "bare" / name).symlink_to(shutil.which(name))
        self.assertEqual(self.shell("./array.sh", SLURM_ARRAY_TASK_ID="2", PATH=str(self.place / "bare")).returncode, 127)
        told, merged = self.report(status=3)
        self.assertEqual((told, merged), ({"lost": ("no result", "its job did not begin")}, {"good"}))

    def test_a_list_that_is_longer_than_a_command_line(self):
        good, last = self.add("good", fleet_hosts.log_of(1)), self.add("last", fleet_hosts.log_of(2))
        self.list(good, last)
        self.assertEqual(self.run_array(), [0, 0])
        longest = "/".join(["", *15 * ["x" * 250]])
        missing = [f"{longest}/{number}" for number in range(600)]
        self.assertGreater(sum(map(len, missing)), 2 << 20)  # what Linux gives a command line
        self.list(good, *missing, last)
        told, merged = self.report(status=3)
        self.assertEqual((len(told), {state for state, _ in told.values()}, merged), (600, {"no result"}, {"good", "last"}))
        timeline = (self.place / "timeline.jsonl").read_bytes()
        self.list(good, last)
        self.assertEqual(self.report(), ({}, {"good", "last"}))
        self.assertEqual((self.place / "timeline.jsonl").read_bytes(), timeline)
        self.assertEqual(list(self.place.glob("lots.*")), [])

    def test_a_job_that_was_killed_is_named(self):
        good, slow = self.add("good", fleet_hosts.log_of(1)), self.add("slow", fleet_hosts.log_of(2))
        self.list(good, slow)
        self.assertEqual(self.run_array(), [0, 0])
        # As a job leaves it that was killed while it scanned: the timeline goes when it begins.
        folder = pathlib.Path(f"{self.place}/results{slow}")
        status = json.loads((folder / "status.json").read_text())
        status["images"] = [{"name": "slow", "inputs": [slow], "state": "running"}]
        (folder / "status.json").write_text(json.dumps({**status, "state": "running"}))
        (folder / "timeline.jsonl").unlink()
        told, merged = self.report(status=3)
        self.assertEqual((told, merged), ({"slow": ("running", "")}, {"good"}))
        self.assertEqual(self.run_array(), [0, 0])
        self.assertEqual(self.report(), ({}, {"good", "slow"}))

    def test_what_is_no_path_from_the_root_on_is_refused(self):
        for name in ("", "evidence/good", "/a/../../b", "../b"):
            done = self.shell(f"./image.sh '{name}'")
            self.assertEqual((done.returncode, done.stderr), (2, f"'{name}' is no path from the root on\n"))
        self.assertFalse((self.place / "results").exists())


class Needs(unittest.TestCase):
    def test_the_program_is_all_that_must_be_built(self):
        def need(*tools):
            raise unittest.SkipTest(f"needs {tools}")
        case = RecipesTest("run")
        with unittest.mock.patch.object(images, "LIST_LOGS", pathlib.Path("/nonexistent/list_logs")), \
                unittest.mock.patch.object(program, "PROGRAM", pathlib.Path(__file__)), \
                unittest.mock.patch.object(case, "need", need), self.assertRaisesRegex(unittest.SkipTest, "jq"):
            case.setUp()
        case.doCleanups()


if __name__ == "__main__":
    tap.main()
