#!/usr/bin/python3
"""The examples in schemas/examples are valid, and small damage to them is noticed."""

import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import rows, tap  # noqa: E402

ROW_SCHEMA = rows.load_schema("row")
SUMMARY_SCHEMA = rows.load_schema("summary")
EXAMPLES = {
    path.stem: rows.load_rows(path)[0] for path in sorted((rows.SCHEMAS / "examples").glob("*.jsonl"))
}
LEFT_OUT_SCHEMA = rows.load_schema("left_out")
LEFT_OUT = rows.parse((rows.SCHEMAS / "examples" / "left_out.json").read_text())
FLEET_SCHEMA = rows.load_schema("fleet_status")
FLEET = rows.parse((rows.SCHEMAS / "examples" / "fleet_status.json").read_text())
CUSTODY_SCHEMA = rows.load_schema("custody")
CUSTODY = rows.parse((rows.SCHEMAS / "examples" / "custody.json").read_text())
SUMMARY = rows.parse((rows.SCHEMAS / "examples" / "summary.json").read_text())

# (name, example, path of the field, new value; REMOVE takes it away), part of the complaint)
REMOVE = object()
MUTANTS = [
    *[(f"no_{key}", "pid_excess", [key], REMOVE, key) for key in (
        "message datetime timestamp timestamp_desc data_type parser source_short source_long "
        "display_name filename pathspec tag level finding_id window_start window_end boot_session "
        "first_line last_line first_line_offset last_line_offset first_record last_record "
        "time_certainty time_basis first_pid last_pid intervals wraps_assumed observed_pids "
        "expected_pids excess_pids excess_low excess_high score score_log baseline_samples "
        "baseline_low baseline_high").split()],
    *[(f"deficit_without_{key}", "pid_deficit", [key], REMOVE, key)
      for key in ("observed_pids", "score", "first_pid")],
    *[(f"boot_without_{key}", "boot", [key], REMOVE, key)
      for key in ("counter_restarted", "boot_session", "finding_id", "first_record")],
    *[(f"record_without_{key}", "task_run", [key], REMOVE, key)
      for key in ("line", "line_offset", "cron_event", "pid", "tag")],
    ("warning_without_tag", "damaged_log", ["tag"], REMOVE, "tag"),
    ("warning_end_without_begin", "damaged_log", ["range_begin"], REMOVE, "range_begin"),
    ("chance_above_one", "pid_excess", ["score_log"], -1.7, "score_log"),
    *[(f"not_a_clock_without_{key}", "not_a_clock", [key], REMOVE, key)
      for key in ("steps", "downward_steps", "order_fault")],
    ("random_without_unevenness", "not_a_clock", ["unevenness"], REMOVE, "unevenness"),
    ("several_without_dealt", "not_a_clock_several", ["downward_steps_dealt"], REMOVE,
     "downward_steps_dealt"),
    ("unevenness_above_one", "not_a_clock", ["unevenness"], 1.5, "unevenness"),
    ("null", "pid_excess", ["hostname"], None, "hostname"),
    ("empty", "pid_excess", ["hostname"], "", "hostname"),
    ("unknown_key", "pid_excess", ["excess"], 842, "excess"),
    ("underscore_key", "pid_excess", ["_id"], "x", "_id"),
    ("distance_in_boot", "boot", ["observed_pids"], 3, "observed_pids"),
    ("finding_field_in_record", "task_run", ["level"], "high", "level"),
    ("record_field_in_finding", "pid_excess", ["pid"], 5, "pid"),
    ("plaso_type_key", "pid_excess", ["pathspec", "__type__"], "PathSpec", "__type__"),
    ("inode_as_integer", "pid_excess", ["inode"], 17, "inode"),
    ("pathspec_inode_as_text", "pid_excess", ["pathspec", "inode"], "17", "pathspec/inode"),
    ("pid_as_text", "task_run", ["pid"], "1206", "pid"),
    ("pid_beyond_linux", "task_run", ["pid"], 4194305, "pid"),
    ("pid_zero", "pid_excess", ["first_pid"], 0, "first_pid"),
    ("line_zero", "pid_excess", ["first_line"], 0, "first_line"),
    ("integer_for_a_real", "pid_excess", ["expected_pids"], 2, "expected_pids"),
    ("real_for_an_integer", "pid_excess", ["excess_pids"], 842.5, "excess_pids"),
    ("unknown_level", "pid_excess", ["level"], "warning", "level"),
    ("unknown_data_type", "pid_excess", ["data_type"], "pidometer:anomaly:pid_exces", "data_type"),
    ("excess_that_is_a_deficit", "pid_excess", ["excess_pids"], -4, "excess_pids"),
    ("gap_without_a_cause", "record_gap", ["cause"], REMOVE, "cause"),
    ("gap_of_another_cause", "record_gap", ["cause"], "sabotage", "cause"),
    ("step_in_whole_seconds", "clock_step", ["step_seconds"], -6000, "step_seconds"),
    ("step_as_text", "clock_step", ["step_seconds"], "-6000", "step_seconds"),
    ("forged_without_neighbours", "record_out_of_sequence", ["previous_pid"], REMOVE, "previous_pid"),
    ("unknown_fault", "record_out_of_sequence", ["fault"], "line", "fault"),
    ("change_of_nothing", "crontab_change", ["change"], REMOVE, "change"),
    ("mismatch_of_neither_way", "schedule_mismatch_job", ["mismatch"], REMOVE, "mismatch"),
    ("mismatch_of_another_way", "schedule_mismatch_job", ["mismatch"], "line_without_job", "not valid"),
    ("job_that_never_ran", "schedule_mismatch_job", ["runs"], 0, "runs"),
    ("line_of_no_crontab", "schedule_mismatch_line", ["crontab_filename"], REMOVE, "not valid"),
    ("line_number_zero", "schedule_mismatch_line", ["crontab_line"], 0, "crontab_line"),
    ("rewritten_without_a_birth", "log_rewritten", ["file_created"], REMOVE, "file_created"),
    ("rewritten_without_older_records", "log_rewritten", ["records_before"], 0, "records_before"),
    ("activity_without_parts", "activity", ["parts"], [], "parts"),
    ("activity_as_a_finding", "activity", ["finding_id"], "00112233445566ff", "finding_id"),
    ("part_that_is_no_id", "activity", ["parts"], ["1"], "parts"),
    ("deficit_that_is_an_excess", "pid_deficit", ["excess_pids"], 4, "excess_pids"),
    ("naive_datetime", "pid_excess", ["datetime"], "2000-11-08T14:50:00.000000", "datetime"),
    ("local_datetime", "pid_excess", ["datetime"], "2000-11-08T08:50:00.000000-06:00", "datetime"),
    ("no_microseconds", "pid_excess", ["datetime"], "2000-11-08T14:50:00+00:00", "datetime"),
    ("another_instant", "pid_excess", ["timestamp"], 973695000000001, "timestamp"),
    ("timestamp_in_seconds", "pid_excess", ["timestamp"], 973695000, "timestamp"),
    ("finding_as_record", "pid_excess", ["timestamp_desc"], "Recorded Time", "timestamp_desc"),
    ("record_as_finding", "task_run", ["timestamp_desc"], "Start Time", "timestamp_desc"),
    ("tag_as_text", "pid_excess", ["tag"], "pid_excess", "tag"),
    ("tag_with_a_blank", "pid_excess", ["tag"], ["pid excess"], "tag"),
    ("tag_as_plaso_object", "pid_excess", ["tag"], {"labels": ["a"]}, "tag"),
    ("replayed_as_text", "task_run_replayed", ["journal_replayed"], "true", "journal_replayed"),
    ("replayed_that_is_false", "pid_excess_replayed", ["journal_replayed"], False,
     "journal_replayed"),
    ("replayed_warning", "damaged_log", ["journal_replayed"], True, "journal_replayed"),
    ("recovered_lines_without_methods", "pid_excess_recovered_lines", ["recovered_methods"], REMOVE,
     "recovered_methods"),
    ("recovered_methods_without_lines", "pid_excess_recovered_lines", ["recovered_lines"], REMOVE,
     "recovered_lines"),
    ("no_recovered_lines", "pid_excess_recovered_lines", ["recovered_lines"], 0, "recovered_lines"),
    ("unknown_method_of_lines", "pid_excess_recovered_lines", ["recovered_methods"], ["guessed"],
     "recovered_methods"),
    ("years_inferred_that_is_false", "pid_excess_recovered_lines", ["recovered_years_inferred"],
     False, "recovered_years_inferred"),
    ("recovered_lines_of_a_recovered_log", "pid_excess_recovered_lines", ["recovered"],
     "journal_inode", "should not be valid"),
    ("recovered_lines_of_a_record", "task_run", ["recovered_lines"], 3, "recovered_lines"),
    ("unknown_method", "task_run_carved_unallocated", ["recovered"], "guessed", "recovered"),
    ("offset_of_a_live_line", "task_run", ["image_offset"], 5, "recovered"),
    ("negative_offset", "task_run_carved_slack", ["image_offset"], -1, "image_offset"),
    ("recovered_without_tag", "pid_excess_journal_inode", ["tag"], REMOVE, "tag"),
    ("unknown_copy", "task_run_hidden", ["log_copy"], "old", "log_copy"),
    ("short_hash", "pid_excess", ["log_sha256"], "9d5e", "log_sha256"),
    ("short_id", "pid_excess", ["finding_id"], "9d5e", "finding_id"),
]
# With some options, of some evidence, or in a file of --summary only.
OPTIONAL = ("recovery", "witnesses", "crontabs", "run", "case_id", "evidence_id", "hostname")
SUMMARY_MUTANTS = [
    *[(f"no_{key}", [key], REMOVE, key) for key in SUMMARY if key not in OPTIONAL],
    ("run_that_never_began", ["run", "started"], REMOVE, "started"),
    ("hash_that_is_none", ["inputs", 0, "hashes", "md5"], "0", "md5"),
    *[(f"log_without_{key}", ["logs", 0, key], REMOVE, key) for key in (
        "input filename size lines records other_lines unparsed_lines duplicate_lines dialects "
        "lines_skipped "
        "damage replayed_bytes complete").split()],
    *[(f"input_without_{key}", ["inputs", 0, key], REMOVE, key) for key in (
        "name kind segments size damage warnings").split()],
    *[(f"series_without_{key}", ["series", 0, key], REMOVE, key) for key in (
        "records readings intervals boot_sessions wraps pid_max").split()],
    ("volume_without_name", ["volumes", 0, "name"], REMOVE, "name"),
    ("unknown_key", ["elapsed"], 5, "elapsed"),
    ("unknown_exit_status", ["exit_status"], 5, "exit_status"),
    ("unknown_input_kind", ["inputs", 0, "kind"], "vdi", "kind"),
    ("short_md5", ["inputs", 0, "stored_md5"], "d41d", "stored_md5"),
    ("null_hash", ["logs", 0, "sha256"], None, "sha256"),
    ("negative_count", ["logs", 0, "lines"], -1, "lines"),
    ("text_for_a_count", ["logs", 0, "records"], "519", "records"),
    ("coverage_without_end", ["logs", 0, "coverage", "end"], REMOVE, "end"),
    ("damage_without_reason", ["logs", 0, "damage", 0, "reason"], REMOVE, "reason"),
    ("warning_without_kind", ["warnings", 0, "kind"], REMOVE, "kind"),
    ("unknown_warning", ["warnings", 0, "kind"], "odd", "kind"),
    ("unknown_warning_count", ["warning_counts", "odd"], 1, "odd"),
    ("option_that_is_null", ["options", "year"], None, "year"),
    ("finding_kind_forgotten", ["findings", "by_kind", "boot"], REMOVE, "boot"),
    ("level_forgotten", ["findings", "by_kind", "boot", "low"], REMOVE, "low"),
    ("stretch_with_methods_only", ["series", 0, "unjudged", 0, "recovered_lines"], REMOVE,
     "recovered_lines"),
    ("stretch_with_no_lines", ["series", 0, "unjudged", 0, "recovered_lines"], 0,
     "recovered_lines"),
    ("recovery_without_fragments", ["recovery", 0, "fragments"], REMOVE, "fragments"),
    ("error_without_message", ["errors", 0, "message"], REMOVE, "message"),
]


def mutate(document, path, value):
    out = copy.deepcopy(document)
    place = out
    for step in path[:-1]:
        place = place[step]
    if value is REMOVE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return out


class Examples(unittest.TestCase):
    def test_there_is_one_for_each_kind(self):
        self.assertEqual(
            {row["data_type"] for row in EXAMPLES.values()},
            {"pidometer:anomaly:pid_excess", "pidometer:anomaly:pid_deficit",
             "pidometer:anomaly:record_gap", "pidometer:anomaly:record_out_of_sequence",
             "pidometer:anomaly:clock_step", "pidometer:anomaly:boot", "pidometer:anomaly:new_command",
             "pidometer:anomaly:crontab_change", "pidometer:anomaly:not_a_clock",
             "pidometer:anomaly:schedule_mismatch", "pidometer:anomaly:log_rewritten", "pidometer:activity",
             "pidometer:warning:damaged_log", "syslog:cron:task_run", "syslog:line"})

    def test_rows_are_valid(self):
        for name, row in EXAMPLES.items():
            with self.subTest(name):
                self.assertEqual(rows.problems(row, ROW_SCHEMA), [])

    def test_summary_is_valid(self):
        self.assertEqual(rows.problems(SUMMARY, SUMMARY_SCHEMA), [])

    def test_left_out_line_is_valid(self):
        self.assertEqual(rows.problems(LEFT_OUT, LEFT_OUT_SCHEMA), [])
        for key in LEFT_OUT:
            self.assertNotEqual(rows.problems({**LEFT_OUT, key: None}, LEFT_OUT_SCHEMA), [])

    def test_record_of_custody_is_valid(self):
        self.assertEqual(rows.problems(CUSTODY, CUSTODY_SCHEMA), [])
        for key in set(CUSTODY) - {"case", "evidence", "examiner", "sha256sums_sha256"}:
            self.assertNotEqual(rows.problems(mutate(CUSTODY, [key], REMOVE), CUSTODY_SCHEMA), [], key)
        for key in ("extracted", "form", "input", "filename", "size", "bytes", "sha256", "damage"):
            self.assertNotEqual(rows.problems(mutate(CUSTODY, ["files", 0, key], REMOVE), CUSTODY_SCHEMA), [], key)
        self.assertNotEqual(rows.problems({**CUSTODY, "officer": "x"}, CUSTODY_SCHEMA), [])

    def test_status_of_a_fleet_is_valid(self):
        self.assertEqual(rows.problems(FLEET, FLEET_SCHEMA), [])
        for key in set(FLEET) - {"working_directory", "user", "host", "unlisted", "notes"}:
            self.assertNotEqual(rows.problems(mutate(FLEET, [key], REMOVE), FLEET_SCHEMA), [], key)
        for key in ("name", "inputs", "state", "arguments", "files", "outputs"):
            self.assertNotEqual(rows.problems(mutate(FLEET, ["images", 0, key], REMOVE), FLEET_SCHEMA), [], key)
        self.assertNotEqual(rows.problems(mutate(FLEET, ["images", 0, "state"], "done"), FLEET_SCHEMA), [])
        for key in ("name", "inputs"):
            self.assertNotEqual(rows.problems(mutate(FLEET, ["unlisted", 0, key], REMOVE), FLEET_SCHEMA), [], key)
        # Without a result it is one that was not finished.
        self.assertEqual(rows.problems(mutate(FLEET, ["unlisted", 0, "earlier"], REMOVE), FLEET_SCHEMA), [])
        for images in ("images", "unlisted"):
            self.assertEqual(rows.problems(mutate(FLEET, [images, 0, "root"], True), FLEET_SCHEMA), [])
            self.assertNotEqual(rows.problems(mutate(FLEET, [images, 0, "root"], False), FLEET_SCHEMA), [])
        self.assertEqual(sum(FLEET["counts"].values()), 2 * len(FLEET["images"]))

    def test_lines_of_the_summary_add_up(self):
        for log in SUMMARY["logs"]:
            self.assertEqual(log["lines"], log["records"] + log["other_lines"]
                             + log["unparsed_lines"] + log["duplicate_lines"])
            self.assertEqual(sum(log["lines_skipped"].values()),
                             log["other_lines"] + log["unparsed_lines"])

    def test_timesketch_would_import_them(self):
        self.assertEqual(rows.timesketch_problems(list(EXAMPLES.values())), [])


class Mutants(unittest.TestCase):
    def test_rows_that_break_the_contract_are_refused(self):
        for name, example, path, value, complaint in MUTANTS:
            with self.subTest(name):
                found = rows.problems(mutate(EXAMPLES[example], path, value), ROW_SCHEMA)
                self.assertTrue(any(complaint in problem for problem in found), found)

    def test_summaries_that_break_the_contract_are_refused(self):
        for name, path, value, complaint in SUMMARY_MUTANTS:
            with self.subTest(name):
                found = rows.problems(mutate(SUMMARY, path, value), SUMMARY_SCHEMA)
                self.assertTrue(any(complaint in problem for problem in found), found)

    def test_text_that_is_no_strict_json_lines_is_refused(self):
        for name, text in (("blank_line", '{"a": 1}\n\n{"a": 1}\n'), ("no_newline", '{"a": 1}'),
                           ("infinity", '{"a": Infinity}\n'), ("nan", '{"a": NaN}\n'),
                           ("key_twice", '{"a": 1, "a": 1}\n'), ("two_rows", '{"a": 1}{"a": 1}\n')):
            with self.subTest(name), self.assertRaises(ValueError):
                rows.split_rows(text)

    def test_what_timesketch_would_garble_is_noticed(self):
        row = EXAMPLES["pid_excess"]
        for name, path, value in (("no_message", ["message"], REMOVE), ("dash", ["inode"], "-"),
                                  ("offset", ["offset"], 5), ("underscore", ["_x"], "y"),
                                  ("text_time", ["timestamp"], "5"), ("tag", ["tag"], "a,b"),
                                  ("type_changes", ["score"], "high"),
                                  ("nested_type_changes", ["pathspec", "inode"], "17")):
            with self.subTest(name):
                self.assertNotEqual(rows.timesketch_problems([row, mutate(row, path, value)]), [])


class Schemas(unittest.TestCase):
    def test_are_schemas(self):
        for schema in (ROW_SCHEMA, SUMMARY_SCHEMA, CUSTODY_SCHEMA):
            rows.jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_definition_is_used(self):
        for name in ("row", "summary"):
            text = (rows.SCHEMAS / f"{name}.schema.json").read_text()
            for definition in rows.load_schema(name)["$defs"]:
                with self.subTest(f"{name} {definition}"):
                    self.assertIn(f'"#/$defs/{definition}"', text)


if __name__ == "__main__":
    tap.main()
