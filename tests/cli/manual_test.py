#!/usr/bin/python3
"""The manual page and the completions say what the help says, and their readers take them."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, tap  # noqa: E402

MANUAL = program.BUILD_ROOT / "cli" / "manual"

# words before the cursor, what is offered, what is not
BASH = [
    (["pidometer", ""], ["scan", "extract", "merge", "--help", "--version"], ["--format"]),
    (["pidometer", "ex"], ["extract", "explain"], ["scan"]),
    (["pidometer", "scan", "--f"], ["--format", "--force"], ["--since", "scan"]),
    (["pidometer", "extract", "--"], ["--examiner", "--directory"], ["--format"]),
    (["pidometer", "scan", "-f", ""], ["jsonl", "summary", "tln"], ["--format", "jsonl "]),
    (["pidometer", "explain", "--format", ""], ["text"], ["summary"]),
    (["pidometer", "scan", "--min-level", "h"], ["high"], ["low"]),
    (["pidometer", "scan", "--color", "=", "a"], ["auto", "always"], ["never"]),
    (["pidometer", "scan", "--color", "="], ["auto", "always", "never"], []),
    (["pidometer", "scan", "--timezone", ""], [], ["jsonl", "a b.raw"]),
    (["pidometer", "scan", "a"], ["a b.raw"], ["folder"]),
    (["pidometer", "scan", "-o", ""], ["a b.raw", "folder"], []),
    (["pidometer", "extract", "-d", ""], ["folder"], ["a b.raw"]),
]


def help_of(*command):
    return program.run(*command, "--help").out.decode()


class Manual(program.ProgramTest):
    def setUp(self):
        super().setUp()
        if not (MANUAL / "pidometer.1").exists():
            self.skipTest("the manual is not built")
        commands = re.findall(r"^  (\w+) {2,}", help_of().partition("Subcommands:")[2], re.M)
        self.assertGreaterEqual(len(commands), 7)
        self.flags = {}
        for command in commands:
            names = []
            for line in help_of(command).partition("Options:")[2].splitlines():
                match = re.match(r"  (-\S+)", line)
                if match:
                    names += re.findall(r"--?[a-z][a-z-]*", match.group(1))
            self.assertIn("--help", names)
            self.flags[command] = names

    def need(self, *names):
        for name in names:
            if shutil.which(name) is None:
                self.skipTest(f"{name} is not installed")

    def read(self, name):
        return (MANUAL / name).read_text()

    def test_man_page_has_every_command_and_flag(self):
        page = self.read("pidometer.1").replace("\\-", "-")
        for command, names in self.flags.items():
            self.assertRegex(page, rf"(?m)^\.SS {command}$")
            for name in names:
                self.assertRegex(page, rf"(?m)\\fB{name}\\fR(,| |$)", (command, name))

    def test_man_page_has_every_exit_status(self):
        section = self.read("pidometer.1").partition(".SH EXIT STATUS")[2].partition(".SH")[0]
        self.assertEqual(re.findall(r"^\.TP\n(\d+)$", section, re.M), ["0", "1", "2", "3", "4", "130"])

    def test_man_page_has_every_variable_that_errors_name(self):
        section = self.read("pidometer.1").partition(".SH ENVIRONMENT")[2].partition(".SH")[0]
        for name in ("NO_COLOR", "COLUMNS", "LANG", "TERM", "TMPDIR"):
            self.assertRegex(section, rf"(?m)^\.B .*\b{name}\b")

    def test_mandoc_has_no_complaint(self):
        self.need("mandoc")
        done = subprocess.run(["mandoc", "-Tlint", MANUAL / "pidometer.1"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_man_has_no_complaint(self):
        self.need("man")
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", MANUAL / "pidometer.1"],
                              capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def bash(self, words, folder):
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"\n'
                  '_pidometer; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "--norc", "-c", script, "bash", MANUAL / "pidometer.bash", *words],
                              capture_output=True, text=True, cwd=folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_bash_completes(self):
        self.need("bash")
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "a b.raw").touch()
            pathlib.Path(folder, "folder").mkdir()
            for words, offered, withheld in BASH:
                with self.subTest(words):
                    found = self.bash(words, folder)
                    for word in offered:
                        self.assertIn(word, found)
                    for word in withheld:
                        self.assertNotIn(word, found)

    def test_bash_completes_every_command_and_flag(self):
        self.need("bash")
        self.assertLessEqual(set(self.flags), set(self.bash(["pidometer", ""], "/")))
        for command, names in self.flags.items():
            self.assertEqual(set(self.bash(["pidometer", command, "-"], "/")), set(names), command)

    def test_zsh_has_every_command_and_flag(self):
        text = self.read("_pidometer")
        self.assertTrue(text.startswith("#compdef pidometer\n"))
        for command, names in self.flags.items():
            self.assertRegex(text, rf"'{command}:")
            part = re.search(rf"^ +{command}\)\n(.*?);;$", text, re.M | re.S).group(1)
            for name in names:
                self.assertRegex(part, rf"[)*']{name}\[", (command, name))

    def test_fish_has_every_command_and_flag(self):
        text = self.read("pidometer.fish")
        for command, names in self.flags.items():
            self.assertIn(f"-f -a {command} -d ", text)
            part = "".join(line for line in text.splitlines(True)
                           if f"seen_subcommand_from {command}'" in line or "-s h -l help" in line)
            for name in names:
                dash, word = ("-l", name[2:]) if name.startswith("--") else ("-s", name[1:])
                self.assertRegex(part, rf" {dash} {word}[ \n]", (command, name))

    def test_shells_take_the_scripts(self):
        for shell, name in (("bash", "pidometer.bash"), ("zsh", "_pidometer"), ("fish", "pidometer.fish")):
            with self.subTest(shell):
                if shutil.which(shell) is None:
                    self.skipTest(f"{shell} is not installed")
                done = subprocess.run([shell, "-n", MANUAL / name], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_fish_completes(self):
        self.need("fish")
        def complete(line):
            script = f"source {MANUAL / 'pidometer.fish'}; complete -C '{line}'"
            done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return [word.partition("\t")[0] for word in done.stdout.splitlines()]
        self.assertLessEqual(set(self.flags), set(complete("pidometer ")))
        self.assertEqual(complete("pidometer scan --min-level h"), ["high"])
        self.assertEqual(complete("pidometer scan --exam"), [])
        self.assertEqual(complete("pidometer extract --exam"), ["--examiner"])

    def test_zsh_loads_the_function(self):
        self.need("zsh")
        script = f"fpath=({MANUAL} $fpath); autoload -Uz compinit; compinit -u -D; print -r -- $_comps[pidometer]"
        done = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr), ("_pidometer\n", ""))


if __name__ == "__main__":
    tap.main()
