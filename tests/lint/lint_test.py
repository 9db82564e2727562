#!/usr/bin/python3
"""The tree keeps the rules of the house, and each rule fails on a tree that breaks it."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.lint import rules  # noqa: E402
from tests.support import tap  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A tree that breaks nothing; the bad trees below add to it or write over its files.
GOOD_TREE = {
    "base/pid.h": "#pragma once\n#include <string>\n",
    "plugin/cron_log/dialects.cc": "static const std::array table = {kCronie};\n",
    "plugin/cron_log/dialect_cronie.cc": '#include "base/pid.h"\n#include "plugin/cron_log/log_report.h"\n',
    "plugin/cron_log/log_report.h": "#pragma once\n",
    "plugin/pid_clock/reading.h": "#pragma once\n",
    "plugin/pid_clock/tick.cc": '#include "plugin/pid_clock/reading.h"\n',
    "plugin/anomaly/detectors.cc": 'constexpr Detector kDetectors[] = {\n'
                                      '  {"a boot; not detect_x", detect_boot},\n};\n',
    "plugin/anomaly/detect_boot.cc": '#include "plugin/pid_clock/reading.h"\n',
    "plugin/timeline/row.cc": '#include <nlohmann/json.hpp>\n#include "plugin/cron_log/log_report.h"\n',
    "plugin/timeline/row_formats.cc": 'constexpr RowFormat kRowFormats[] = {{"text", write_text}};\n',
    "plugin/timeline/form_text.cc": "",
    "plugin/plugin.h": '#pragma once\n#include "plugin/cron_log/log_report.h"\n',
    "tsk_reader/evidence.h": '#pragma once\n#include "base/pid.h"\n',
    "tsk_reader/image.cc": "#include <tsk/libtsk.h>\nauto s = file.system(x);\n",
    "cli/main.cc": '#include "plugin/plugin.h"\n#include "tsk_reader/evidence.h"\n',
}

# (name, rule, files, part of the complaint)
BAD_TREES = [
    ("reader_sees_plugin", "include_arrows",
     {"tsk_reader/a.cc": '#include "plugin/plugin.h"\n'}, "tsk_reader/a.cc:1: tsk_reader may not"),
    ("plugin_sees_reader", "include_arrows",
     {"plugin/a.cc": '\n#include "tsk_reader/evidence.h"\n'}, "plugin/a.cc:2: plugin may not"),
    ("clock_sees_cron", "include_arrows",
     {"plugin/pid_clock/a.cc": '#include "plugin/cron_log/log_report.h"\n'}, "pid_clock may not"),
    ("clock_sees_anomaly", "include_arrows",
     {"plugin/anomaly/x.h": "", "plugin/pid_clock/a.cc": '#include "plugin/anomaly/x.h"\n'},
     "pid_clock may not"),
    ("sub_room_sees_the_seam", "include_arrows",
     {"plugin/timeline/a.cc": '#include "plugin/plugin.h"\n'}, "plugin/timeline may not"),
    ("timeline_sees_cron_log", "include_arrows",
     {"plugin/cron_log/x.h": "", "plugin/timeline/a.cc": '#include "plugin/cron_log/x.h"\n'},
     "plugin/timeline may not"),
    ("base_sees_plugin", "include_arrows",
     {"base/a.h": '#include "plugin/plugin.h"\n'}, "base may not"),
    ("cli_sees_cron_log", "include_arrows",
     {"cli/a.cc": '#include "plugin/cron_log/log_report.h"\n'}, "cli may not"),
    ("merge_sees_the_seam", "include_arrows",
     {"merge/a.cc": '#include "plugin/plugin.h"\n'}, "merge may not"),
    ("json_in_merge", "include_arrows",
     {"merge/a.cc": "#include <nlohmann/json.hpp>\n"}, "belongs to plugin/timeline"),
    ("relative_include", "include_arrows",
     {"base/a.cc": '#include "pid.h"\n'}, "not named from the top"),
    ("libtsk_in_cli", "include_arrows",
     {"cli/a.cc": "#include <tsk/libtsk.h>\n"}, "belongs to tsk_reader"),
    ("libewf_in_base", "include_arrows",
     {"base/a.cc": "#include <libewf.h>\n"}, "belongs to tsk_reader"),
    ("ext2fs_in_plugin", "include_arrows",
     {"plugin/a.cc": "#include <ext2fs/ext2fs.h>\n"}, "belongs to tsk_reader"),
    ("json_in_cli", "include_arrows",
     {"cli/a.cc": "#include <nlohmann/json.hpp>\n"}, "belongs to plugin/timeline"),
    ("header_of_other_rooms", "headers_at_home",
     {"plugin/pid_clock/x.h": "", "plugin/anomaly/detect_boot.cc": '#include "plugin/pid_clock/x.h"\n'},
     "plugin/pid_clock/x.h:1: nobody in plugin/pid_clock"),
    ("file_in_plugin", "pure_rooms",
     {"plugin/timeline/a.cc": "#include <fstream>\n"}, "timeline/a.cc:1: no file access"),
    ("clock_in_plugin", "pure_rooms",
     {"plugin/a.cc": "auto t = std::chrono::system_clock::now();\n"}, "plugin/a.cc:1"),
    ("environment_in_base", "pure_rooms", {"base/a.cc": 'auto p = getenv("TZ");\n'}, "base/a.cc:1"),
    ("dialect_not_in_table", "tables",
     {"plugin/cron_log/dialect_old_vixie.cc": ""}, "kOldVixie is not in the table"),
    ("dialect_in_a_comment_only", "tables",
     {"plugin/cron_log/dialects.cc": "auto table = {  // kCronie\n};\n"}, "kCronie is not in"),
    ("dialect_without_file", "tables",
     {"plugin/cron_log/dialects.cc": "auto table = {kCronie, kFcron};\n"}, "kFcron has no file"),
    ("detector_not_in_table", "tables",
     {"plugin/anomaly/detect_gap.cc": ""}, "detect_gap is not in the table"),
    ("detector_without_file", "tables",
     {"plugin/anomaly/detectors.cc": "auto table = {detect_boot, detect_gap};\n"},
     "detect_gap has no file"),
    ("form_not_in_table", "tables",
     {"plugin/timeline/form_tln.cc": ""}, "write_tln is not in the table"),
    ("long_file", "file_length", {"cli/a.cc": "\n" * 401}, "cli/a.cc:401"),
    ("long_test", "file_length", {"tests/a.py": "\n" * 401}, "tests/a.py:401"),
    ("long_worker", "file_length", {"integrations/x/src/a.py": "\n" * 401}, "integrations/x/src/a.py:401"),
    ("long_script", "file_length", {"report/assets/a.js": "\n" * 401}, "report/assets/a.js:401"),
    ("long_style", "file_length", {"report/assets/a.css": "\n" * 401}, "report/assets/a.css:401"),
    ("long_page", "file_length", {"report/assets/a.html": "\n" * 401}, "report/assets/a.html:401"),
    ("regex", "forbidden_calls", {"cli/a.cc": "std::regex r;\n"}, "std::regex"),
    ("sscanf", "forbidden_calls", {"base/a.cc": "std::sscanf(a, b);\n"}, "sscanf"),
    ("strtok", "forbidden_calls", {"tests/a.cc": "strtok(a, b);\n"}, "strtok"),
    ("system", "forbidden_calls", {"cli/a.cc": "int x = std::system(a);\n"}, "a shell"),
    ("popen", "forbidden_calls", {"cli/a.cc": "popen(a, b);\n"}, "a shell"),
    ("locale", "forbidden_calls", {"cli/a.cc": "std::locale l;\n"}, "a locale"),
    ("machine_path", "machine_paths", {"docs/a.md": "see /" + "work/main/x\n"}, "docs/a.md:1"),
    *((f"machine_path_{kind}", "machine_paths", {f"report/assets/a.{kind}": "\n/" + "work/shared/x\n"},
       f"report/assets/a.{kind}:2") for kind in ("js", "css", "html")),
    ("machine_path_in_rules", "machine_paths", {"integrations/a.yaml": "p: /" + "work/shared/x\n"},
     "integrations/a.yaml:1"),
]


def write_tree(folder, files):
    for name, text in files.items():
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Tree(unittest.TestCase):
    """One case a rule, made below, so that a broken rule is named in the results."""


for _name, _rule in rules.RULES.items():
    setattr(Tree, f"test_{_name}", lambda self, rule=_rule: self.assertEqual(list(rule(ROOT)), []))


class Reference(unittest.TestCase):
    def test_is_what_the_schemas_say(self):
        done = subprocess.run([sys.executable, ROOT / "tools" / "output_reference.py", "--check"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


class Rules(unittest.TestCase):
    def test_a_good_tree_has_no_complaint(self):
        with tempfile.TemporaryDirectory() as folder:
            write_tree(folder, GOOD_TREE)
            for name, rule in rules.RULES.items():
                with self.subTest(name):
                    self.assertEqual(list(rule(pathlib.Path(folder))), [])

    def test_bad_trees_are_complained_about(self):
        for name, rule, files, complaint in BAD_TREES:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                write_tree(folder, {**GOOD_TREE, **files})
                found = list(rules.RULES[rule](pathlib.Path(folder)))
                self.assertTrue(any(complaint in line for line in found), found)

    def test_every_room_has_its_arrows(self):
        self.assertEqual(set(rules.ARROWS), set(rules.ROOMS))
        for room, targets in rules.ARROWS.items():
            self.assertLessEqual(set(targets), set(rules.ROOMS) - {room})


def library_flags():
    packages = ["tsk", "ext2fs", "libewf", "nlohmann_json", "fmt", "CLI11"]
    flags = subprocess.run(["pkg-config", "--cflags", *packages], capture_output=True, text=True,
                           check=False).stdout
    return flags.replace("-I", "-isystem").split()


def header_problem(root, header, flags):
    """What the compiler says of a header alone; empty where nothing."""
    done = subprocess.run(
        ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-I", root, *flags, "-x", "c++",
         "-include", header, "/dev/null"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 and not done.stderr else f"{header}:\n{done.stderr[:2000]}"


def header_problems(root):
    headers = [path.relative_to(root).as_posix()
               for path in rules.source_files(root, suffixes=(".h",))]
    flags = library_flags()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda header: header_problem(root, header, flags), headers)
    return [problem for problem in found if problem]


def format_problems(root, files):
    done = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *files], cwd=root,
                          capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if "error:" in line]


class Headers(unittest.TestCase):
    def test_compile_alone(self):
        self.assertEqual(header_problems(ROOT), [])

    def test_one_that_does_not_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            write_tree(folder, {"base/good.h": "#pragma once\n#include <string>\nstd::string f();\n",
                                "base/bad.h": "#pragma once\nstd::string f();\n"})
            found = header_problems(pathlib.Path(folder))
            self.assertEqual(len(found), 1, found)
            self.assertTrue(found[0].startswith("base/bad.h:"), found)


class Format(unittest.TestCase):
    def setUp(self):
        if shutil.which("clang-format-14") is None:
            self.skipTest("clang-format-14 is not installed")

    def test_is_clang_formats(self):
        folders = ("base", "tsk_reader", "plugin", "report", "merge", "cli", "capi", "tests")
        files = list(rules.source_files(ROOT, folders))
        self.assertEqual(format_problems(ROOT, files), [])

    def test_another_is_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            write_tree(folder, {"a.cc": "int  f( );\n"})
            shutil.copy(ROOT / ".clang-format", folder)
            self.assertNotEqual(format_problems(folder, ["a.cc"]), [])


if __name__ == "__main__":
    tap.main()
