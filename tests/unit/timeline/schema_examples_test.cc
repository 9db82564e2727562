#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "plugin/timeline/row_writer.h"
#include "plugin/timeline/summary_writer.h"
#include "tests/unit/timeline/sample_boots.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

/// The summary of a run over an E01 whose log has a damaged chunk.
RunSummary sample_summary() {
  RunSummary summary;
  summary.tool_version = "0.1.0";
  summary.libraries = {"libtsk 4.11.1", "libewf 20140813"};
  summary.run = {.started = samples::at(1795903200),
                 .ended = samples::at(1795903207),
                 .command_line = {"pidometer", "scan", "--hash", "-s", "summary.json", "disk.E01"},
                 .working_directory = "/cases/2026-041",
                 .user = "examiner",
                 .host = "lab3",
                 .system = "Linux 6.1.0-41-amd64 x86_64"};
  summary.case_id = "2026-041";
  summary.evidence_id = "E-07";
  summary.hostname = "apollo";
  summary.options = {{"timezone", "America/Chicago"}, {"records", false}};
  Warning damage{.kind = WarningKind::damaged_log,
                 .message = "bytes 4096 to 8192 are lost: E01 chunk checksum",
                 .image = "disk.E01",
                 .volume = "p2",
                 .path = "/var/log/cron",
                 .range = ByteRange{4096, 8192},
                 .line = 80};
  summary.inputs = {
      {.name = "disk.E01",
       .kind = "ewf",
       .segments = {"disk.E01", "disk.E02"},
       .size = 1048576,
       .stored_md5 = "d41d8cd98f00b204e9800998ecf8427e",
       .damage = {{{270336, 274432}, "E01 chunk checksum"}},
       .warnings = {},
       .hashes = SummaryHashes{
           "9e107d9d372bb6826bd81d3542a419d6", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
           "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592", 1048576}}};
  summary.volumes = {{.input = "disk.E01",
                      .name = "p1",
                      .start = 2048,
                      .size = 65536,
                      .description = "Linux (0x83)",
                      .unsupported = "LUKS encrypted volume"},
                     {.input = "disk.E01",
                      .name = "p2",
                      .start = 67584,
                      .size = 980992,
                      .description = "Linux (0x83)",
                      .file_system = "ext2",
                      .reader = "tsk"}};
  SummaryLog log{.input = "disk.E01", .volume = "p2", .report = {}};
  log.report.entry = samples::source()->entry;
  log.report.entry.size = 31607;
  log.report.entry.modified = samples::at(973743001);
  log.report.sha256 = samples::source()->log_sha256;
  log.report.lines = 520;
  log.report.records = 519;
  log.report.unparsed_lines = 1;
  log.report.lines_skipped = {{"its bytes are damaged in the evidence", 1}};
  log.report.first_record = samples::at(973440822);
  log.report.last_record = samples::at(973743001);
  log.report.dialects = {"vixie_file"};
  log.report.time_basis = {"year_inferred", "zone America/Chicago as given, year from mtime"};
  log.report.year_basis = "2000, from the file's mtime";
  log.report.entry.replayed = {{1000, 2000}, {12607, 31607}};
  log.report.beside_journal = {
      .within = 518, .copies = 516, .missing = 2, .not_judged = {{"close to a boot", 1}}};
  log.report.damage = {{{4096, 8192}, "E01 chunk checksum"}};
  summary.logs = {log};
  SummarySeries series{.input = "disk.E01", .volume = "p2", .folder = "/var/log", .report = {}};
  series.report = {
      .hostname = "",
      .records = 519,
      .readings = 518,
      .intervals = 517,
      .boot_sessions = 1,
      .wraps = 0,
      .pid_max = 32768,
      .pid_max_basis = "default of kernels before 2.6",
      .coverage = TimeRange{samples::at(973440822), samples::at(973743001)},
      .unjudged = {{TimeRange{samples::at(973500000), samples::at(973520000)},
                    "longer than the schedule leaves between two records: lines may "
                    "be missing",
                    {.lines = 33,
                     .methods = {RecoveryMethod::carved_unallocated, RecoveryMethod::journal_inode},
                     .years_inferred = true}}},
      .unjudged_intervals = 1,
      .periods = {{.range = {samples::at(973468800), samples::at(973555200)},
                   .judged_seconds = 86400,
                   .intervals = 144,
                   .smallest_alarm = 2,
                   .smallest_alarm_high = 3},
                  {.range = {samples::at(973555200), samples::at(973641600)}}},
      .periodic_sources = {{.daily = false, .minute = 30, .pids = 1.0, .seen = 84}}};
  summary.series = {series};
  summary.witnesses = {{.input = "disk.E01", .volume = "p2", .folder = "/var/log", .report = {}}};
  summary.witnesses[0].report = {.filename = "/var/log/secure",
                                 .source = "syslog",
                                 .lines = 120,
                                 .dated = 117,
                                 .with_pid = 96,
                                 .matched = 8,
                                 .not_taken = {{"a cron record", 2}, {"no syslog line", 1}},
                                 .not_used = {}};
  SummaryCrontabs crontabs{.input = "disk.E01",
                           .volume = "p2",
                           .folder = "/var/log",
                           .hostname = "apollo",
                           .report = {}};
  crontabs.report = {.files = {{.volume = "p2",
                                .filename = "/etc/crontab",
                                .username = {},
                                .in_force_since = samples::at(973000000),
                                .lines = 11,
                                .entries = 4,
                                .bad_lines = {{9, "bad minute"}},
                                .not_used = {}},
                               {.volume = "p2",
                                .filename = "/etc/cron.d/sysstat~",
                                .username = {},
                                .in_force_since = samples::at(973000000),
                                .lines = 2,
                                .entries = 1,
                                .bad_lines = {},
                                .not_used = "cron passes over what editors and rpm leave behind"}},
                     .not_compared = {},
                     .jobs = 9,
                     .jobs_with_line = 6,
                     .jobs_without_line = 1,
                     .jobs_not_judged = {{"its program is run with ever new arguments", 2}},
                     .entries = 4,
                     .entries_that_ran = 2,
                     .entries_that_never_ran = 1,
                     .entries_not_judged = {{"cron is told not to log it", 1}}};
  summary.crontabs = {crontabs};
  SummaryRecovery recovery{.input = "disk.E01", .volume = "p2", .report = {}};
  recovery.report = {.searched_bytes = 700000,
                     .files = 1,
                     .fragments = 4,
                     .partial_lines = 3,
                     .lone_lines = 2,
                     .problems = {}};
  summary.recoveries = {recovery};
  summary.findings = {{{AnomalyKind::pid_excess, Level::critical}, 3},
                      {{AnomalyKind::pid_deficit, Level::low}, 1}};
  summary.activities = 1;
  summary.warnings = {damage};
  summary.errors = {{ErrorKind::not_evidence, "photo.png is no image and no log",
                     "it starts as a PNG picture does", "leave it out"}};
  summary.exit_status = 3;
  return summary;
}

struct Example {
  const char* file;
  std::string want;
};

/// The examples that schemas/ documents are what the writers write: they cannot drift apart.
/// PIDOMETER_ACCEPT=1 rewrites them.
TEST(SchemaExamples, AreWhatTheWritersWrite) {
  const char* source_root = std::getenv("PIDOMETER_SOURCE");
  if (source_root == nullptr) GTEST_SKIP() << "PIDOMETER_SOURCE is not set";
  const std::filesystem::path folder = std::filesystem::path(source_root) / "schemas" / "examples";
  const Example examples[] = {
      {"pid_excess.jsonl", write_jsonl(samples::excess())},
      {"pid_deficit.jsonl", write_jsonl(samples::deficit())},
      {"record_gap.jsonl", write_jsonl(samples::record_gap())},
      {"record_gap_excess.jsonl", write_jsonl(samples::record_gap_with_work())},
      {"record_gap_journal.jsonl", write_jsonl(samples::lost_copies())},
      {"record_out_of_sequence.jsonl", write_jsonl(samples::record_out_of_sequence())},
      {"record_out_of_sequence_order.jsonl", write_jsonl(samples::misplaced_line())},
      {"record_out_of_sequence_journal.jsonl", write_jsonl(samples::edited_line())},
      {"clock_step.jsonl", write_jsonl(samples::clock_step())},
      {"new_command.jsonl", write_jsonl(samples::schedule_finding(AnomalyKind::new_command))},
      {"crontab_change.jsonl", write_jsonl(samples::schedule_finding(AnomalyKind::crontab_change))},
      {"schedule_mismatch_job.jsonl", write_jsonl(samples::job_without_line())},
      {"schedule_mismatch_script.jsonl", write_jsonl(samples::job_without_script())},
      {"schedule_mismatch_line.jsonl", write_jsonl(samples::line_without_job())},
      {"log_rewritten.jsonl", write_jsonl(samples::log_rewritten())},
      {"activity.jsonl", write_jsonl(samples::activity())},
      {"boot.jsonl", write_jsonl(samples::boot())},
      {"boot_untold.jsonl", write_jsonl(samples::untold_boot())},
      {"boot_daemon_start.jsonl", write_jsonl(samples::daemon_start())},
      {"not_a_clock.jsonl", write_jsonl(samples::not_a_clock())},
      {"not_a_clock_several.jsonl", write_jsonl(samples::several_counters())},
      {"pid_excess_replayed.jsonl", write_jsonl(samples::replayed_excess())},
      {"pid_excess_witnesses.jsonl", write_jsonl(samples::witnessed_excess())},
      {"task_run_replayed.jsonl", write_jsonl(samples::replayed_run())},
      {"task_run.jsonl", write_jsonl(samples::task_run())},
      {"line.jsonl", write_jsonl(samples::line())},
      {"damaged_log.jsonl", write_jsonl(samples::damaged_log())},
      {"summary.json", write_summary(sample_summary())},
  };
  const bool accept = std::getenv("PIDOMETER_ACCEPT") != nullptr;
  for (const Example& example : examples) {
    SCOPED_TRACE(example.file);
    if (accept) {
      std::ofstream(folder / example.file, std::ios::binary) << example.want;
      continue;
    }
    std::ifstream file(folder / example.file, std::ios::binary);
    const std::string have{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(example.want, have);
  }
  if (accept) GTEST_SKIP() << "rewritten: " << folder;
}

}  // namespace
}  // namespace pidometer
