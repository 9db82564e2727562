#include "plugin/timeline/summary_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pidometer {
namespace {

using Json = nlohmann::json;

Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

TEST(WriteSummary, EmptyRunHasEveryListAndEveryCount) {
  RunSummary summary;
  summary.exit_status = 1;
  const std::string text = write_summary(summary);
  ASSERT_TRUE(text.ends_with("}\n"));
  EXPECT_TRUE(text.starts_with("{\n  \"summary_version\": 1,\n  \"tool\": {\n"));
  const Json json = Json::parse(text);
  EXPECT_EQ(json["exit_status"], 1);
  for (const char* key : {"inputs", "volumes", "logs", "series", "warnings", "errors"}) {
    EXPECT_EQ(json[key], Json::array()) << key;
  }
  EXPECT_EQ(json["options"], Json::object());
  EXPECT_EQ(json["warning_counts"], Json::object());
  EXPECT_EQ(json["findings"], Json::parse(R"({"total": 0, "activities": 0, "by_kind": {
    "pid_excess": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "pid_deficit": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "record_gap": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "record_out_of_sequence": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "clock_step": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "new_command": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "crontab_change": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "boot": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "not_a_clock": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0},
    "schedule_mismatch": {"informational": 0, "low": 0, "medium": 0, "high": 0,
                          "critical": 0},
    "log_rewritten": {"informational": 0, "low": 0, "medium": 0, "high": 0, "critical": 0}}})"));
}

TEST(WriteSummary, AbsentIsNeverNullOrEmpty) {
  RunSummary summary;
  summary.inputs.push_back({.name = "a.raw", .kind = "raw", .segments = {"a.raw"}, .size = 7});
  summary.volumes.push_back({.input = "a.raw", .name = "whole", .size = 7});
  summary.logs.push_back({.input = "a.raw"});
  summary.logs[0].report.entry.path = "/var/log/cron";
  summary.series.push_back({.input = "a.raw", .folder = "/var/log"});
  const Json json = Json::parse(write_summary(summary));
  EXPECT_EQ(json["inputs"][0], Json::parse(R"({"name": "a.raw", "kind": "raw",
    "segments": ["a.raw"], "size": 7, "damage": [], "warnings": []})"));
  EXPECT_EQ(json["volumes"][0],
            Json::parse(R"({"input": "a.raw", "name": "whole", "start": 0, "size": 7})"));
  EXPECT_EQ(json["logs"][0], Json::parse(R"({"input": "a.raw", "filename": "/var/log/cron",
    "size": 0, "lines": 0, "records": 0, "other_lines": 0, "unparsed_lines": 0,
    "duplicate_lines": 0, "lines_skipped": {}, "dialects": [], "damage": [], "complete": true,
    "replayed_bytes": 0})"));
  EXPECT_EQ(json["series"][0], Json::parse(R"({"input": "a.raw", "folder": "/var/log",
    "records": 0, "readings": 0, "intervals": 0, "boot_sessions": 0, "wraps": 0, "pid_max": 0,
    "unjudged": [], "unjudged_intervals": 0, "periods": [], "periodic_sources": []})"));
}

TEST(WriteSummary, SaysAllThatIsKnownOfALog) {
  RunSummary summary;
  SummaryLog log{.input = "b.E01", .volume = "p2", .report = {}};
  log.report.entry.path = "/var/log/cr\xffon";
  log.report.entry.size = 100;
  log.report.entry.modified = at(973743001);
  log.report.sha256 = "ab";
  log.report.lines = 10;
  log.report.records = 5;
  log.report.other_lines = 3;
  log.report.unparsed_lines = 1;
  log.report.duplicate_lines = 1;
  log.report.lines_skipped = {{"another program's line", 3}, {"no time", 1}};
  log.report.first_record = at(973695000);
  log.report.last_record = at(973695600);
  log.report.dialects = {"vixie_file", "cronie"};
  log.report.hostname = "web01";
  log.report.time_basis = {"year_inferred", "year from mtime"};
  log.report.year_basis = "mtime";
  log.report.damage = {{{4, 8}, "E01 chunk checksum"}, {{9, kUnknownEnd}, "truncated"}};
  log.report.complete = false;
  summary.logs.push_back(log);
  EXPECT_EQ(Json::parse(write_summary(summary))["logs"][0], Json::parse(R"({
    "input": "b.E01", "volume": "p2", "filename": "/var/log/cr\\xffon", "sha256": "ab",
    "size": 100, "modified": "2000-11-09T04:10:01.000000+00:00", "lines": 10, "records": 5,
    "other_lines": 3, "unparsed_lines": 1, "duplicate_lines": 1,
    "lines_skipped": {"another program's line": 3, "no time": 1},
    "first_record": "2000-11-08T14:50:00.000000+00:00",
    "last_record": "2000-11-08T15:00:00.000000+00:00",
    "coverage": {"begin": "2000-11-08T14:50:00.000000+00:00",
                 "end": "2000-11-08T15:00:00.000000+00:00"},
    "dialects": ["vixie_file", "cronie"], "hostname": "web01",
    "time_certainty": "year_inferred", "time_basis": "year from mtime", "year_basis": "mtime",
    "damage": [{"begin": 4, "end": 8, "reason": "E01 chunk checksum"},
               {"begin": 9, "reason": "truncated"}],
    "complete": false, "replayed_bytes": 0})"));
}

TEST(WriteSummary, CountsFindingsAndWarnings) {
  RunSummary summary;
  summary.findings[{AnomalyKind::pid_excess, Level::critical}] = 2;
  summary.findings[{AnomalyKind::boot, Level::informational}] = 1;
  summary.warnings = {{.kind = WarningKind::unparsed_line,
                       .message = "no dialect takes this line",
                       .image = "a",
                       .volume = "whole",
                       .path = "/var/log/cron",
                       .range = ByteRange{5, 9},
                       .line = 2},
                      {.kind = WarningKind::unsupported,
                       .message = "luks",
                       .image = {},
                       .volume = {},
                       .path = {},
                       .range = {}}};
  summary.warning_totals = {{WarningKind::unparsed_line, 900}};
  summary.errors = {{ErrorKind::not_found, "cannot open x", "no such file", "check the name"},
                    {ErrorKind::not_evidence, "y is empty", "", ""}};
  const Json json = Json::parse(write_summary(summary));
  EXPECT_EQ(json["findings"]["total"], 3);
  EXPECT_EQ(json["findings"]["by_kind"]["pid_excess"]["critical"], 2);
  EXPECT_EQ(json["findings"]["by_kind"]["boot"]["informational"], 1);
  EXPECT_EQ(json["warning_counts"], Json::parse(R"({"unparsed_line": 900, "unsupported": 1})"));
  EXPECT_EQ(json["warnings"], Json::parse(R"([
    {"kind": "unparsed_line", "message": "no dialect takes this line", "input": "a",
     "volume": "whole", "path": "/var/log/cron", "range": {"begin": 5, "end": 9}, "line": 2},
    {"kind": "unsupported", "message": "luks"}])"));
  EXPECT_EQ(json["errors"], Json::parse(R"([
    {"kind": "not_found", "message": "cannot open x", "reason": "no such file",
     "help": "check the name"},
    {"kind": "not_evidence", "message": "y is empty"}])"));
}

TEST(WriteSummary, OptionsKeepTheirType) {
  RunSummary summary;
  summary.options = {{"timezone", "America/Chicago"},
                     {"records", false},
                     {"year", std::int64_t{2000}},
                     {"inputs", std::vector<std::string>{"a", "b"}}};
  EXPECT_EQ(Json::parse(write_summary(summary))["options"],
            Json::parse(R"({"timezone": "America/Chicago", "records": false, "year": 2000,
                            "inputs": ["a", "b"]})"));
}

TEST(WriteSummary, SeriesHasItsCoverage) {
  RunSummary summary;
  SummarySeries series{.input = "a", .volume = "p1", .folder = "/var/log", .report = {}};
  series.report = {.hostname = "web01",
                   .records = 5,
                   .readings = 4,
                   .intervals = 3,
                   .boot_sessions = 2,
                   .wraps = 1,
                   .pid_max = 32768,
                   .pid_max_basis = "wraps seen",
                   .coverage = TimeRange{at(973695000), at(973695600)},
                   .unjudged = {{TimeRange{at(973695000), at(973695300)}, "damaged"}},
                   .unjudged_intervals = 1,
                   .periods = {{.range = {at(973641600), at(973728000)},
                                .judged_seconds = 300,
                                .intervals = 2,
                                .smallest_alarm = 3,
                                .smallest_alarm_high = 5},
                               {.range = {at(973728000), at(973814400)}}},
                   .periodic_sources = {{.daily = true, .minute = 195, .pids = 2.5, .seen = 9}}};
  summary.series.push_back(series);
  EXPECT_EQ(Json::parse(write_summary(summary))["series"][0], Json::parse(R"({
    "input": "a", "volume": "p1", "folder": "/var/log", "hostname": "web01", "records": 5,
    "readings": 4, "intervals": 3, "boot_sessions": 2, "wraps": 1, "pid_max": 32768,
    "pid_max_basis": "wraps seen", "coverage": {"begin": "2000-11-08T14:50:00.000000+00:00",
                                                "end": "2000-11-08T15:00:00.000000+00:00"},
    "unjudged_intervals": 1, "unjudged": [{"begin": "2000-11-08T14:50:00.000000+00:00",
      "end": "2000-11-08T14:55:00.000000+00:00", "reason": "damaged"}],
    "periods": [{"begin": "2000-11-08T00:00:00.000000+00:00", "end": "2000-11-09T00:00:00.000000+00:00",
                 "intervals": 2, "judged_seconds": 300, "smallest_alarm_pids": 3,
                 "smallest_alarm_pids_high": 5},
                {"begin": "2000-11-09T00:00:00.000000+00:00", "end": "2000-11-10T00:00:00.000000+00:00",
                 "intervals": 0, "judged_seconds": 0}],
    "periodic_sources": [{"every": "day", "minute": 195, "pids": 2.5, "seen": 9}]})"));
}

}  // namespace
}  // namespace pidometer
