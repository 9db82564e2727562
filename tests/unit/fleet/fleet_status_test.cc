#include "fleet/fleet_status.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace pidometer {
namespace {

Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

/// One image in each state that a fleet may end with, and one that runs.
FleetStatus sample() {
  FleetStatus status;
  status.tool_version = "0.1.0";
  status.tool_sha256 = std::string(64, 'a');
  status.command_line = {"pidometer", "scan", "-d", "out", "--case", "case.json"};
  status.working_directory = "/cases/2026-041";
  status.user = "examiner";
  status.host = "lab3";
  status.pid = 4711;
  status.jobs = 2;
  status.started = at(1795903200);
  status.updated = at(1795903260);
  status.earlier_runs = {{.tool_version = "0.1.0",
                          .tool_sha256 = std::string(64, 'a'),
                          .state = "interrupted",
                          .exit_status = 130,
                          .started = "2026-11-28T21:59:00.000000+00:00",
                          .updated = "2026-11-28T22:00:10.000000+00:00",
                          .ended = "2026-11-28T22:00:10.000000+00:00",
                          .command_line = {"pidometer", "scan", "-d", "out", "web01.E01"},
                          .working_directory = "/cases/2026-041",
                          .user = "examiner",
                          .host = "lab3",
                          .case_sha256 = {}}};
  FleetEntry done;
  done.name = "E-01";
  done.image = {.segments = {"web01.E01", "web01.E02"},
                .case_id = "2026-041",
                .evidence_id = "E-01",
                .hostname = "web01",
                .timezone = "Europe/Berlin",
                .year = 2026};
  done.arguments = {"scan", "--color=never", "--timezone=Europe/Berlin",
                    "--",   "web01.E01",     "web01.E02"};
  done.files = {{"/cases/2026-041/web01.E01", 1572864000, 1795800000123456789},
                {"/cases/2026-041/web01.E02", 734003200, 1795800100123456789}};
  done.state = ImageState::complete;
  done.kept = true;
  done.exit_status = 0;
  done.started = "2026-11-28T22:00:00.000000+00:00";
  done.ended = "2026-11-28T22:00:09.250000+00:00";
  done.outputs = {{"rows", "images/E-01.jsonl", 25533, std::string(64, 'b')},
                  {"summary", "images/E-01.summary.json", 6636, std::string(64, 'c')},
                  {"log", "images/E-01.log", 63, std::string(64, 'e')}};
  done.warning_counts = {{"year_uncertain", 2}};
  FleetEntry failed;
  failed.name = "db02.raw";
  failed.image = {.segments = {"db02.raw"}};
  failed.arguments = {"scan", "--", "db02.raw"};
  failed.state = ImageState::failed;
  failed.signal = 9;
  failed.message =
      "its process was ended by signal 9 (SIGKILL); the machine may have run out of memory";
  failed.started = done.started;
  failed.ended = done.ended;
  failed.outputs = {{"log", "images/db02.raw.log", 0, std::string(64, 'f')}};
  FleetEntry running = failed;
  running.name = "mail.qcow2";
  running.state = ImageState::running;
  running.signal = 0;
  running.message.clear();
  running.ended.clear();
  running.outputs.clear();
  running.earlier =
      EarlierResult{{{"scan", "--color=never", "--", "mail.qcow2"},
                     {{"/cases/2026-041/mail.qcow2", 196616, 1795800000123456789}},
                     ImageState::partial,
                     3,
                     "mail.qcow2: it is cut short",
                     done.started,
                     done.ended,
                     {{"rows", "images/mail.qcow2.jsonl", 25533, std::string(64, 'd')}}},
                    "the arguments changed (--year)",
                    "0.1.0",
                    std::string(64, 'a')};
  status.images = {done, failed, running};
  FleetEntry unlisted;
  unlisted.name = "old";
  unlisted.image.segments = {"/mnt/old"};
  unlisted.image.root = true;
  unlisted.earlier = status.images[2].earlier;
  status.unlisted = {unlisted};
  status.notes = {"E-01, db02.raw are copies of one medium by its MD5"};
  return status;
}

TEST(FleetStatus, IsTheExample) {
  const char* const source = std::getenv("PIDOMETER_SOURCE");
  if (source == nullptr) GTEST_SKIP() << "PIDOMETER_SOURCE is not set";
  const std::string name = std::string(source) + "/schemas/examples/fleet_status.json";
  if (std::getenv("PIDOMETER_ACCEPT") != nullptr) {
    std::ofstream(name, std::ios::binary) << write_fleet_status(sample());
    GTEST_SKIP() << "rewritten";
  }
  std::ifstream file(name, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), write_fleet_status(sample()));
}

TEST(FleetStatus, ResumeReadsWhatWasWritten) {
  const FleetStatus before = sample();
  const auto after = read_fleet_status(write_fleet_status(before), "status.json");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->tool_version, before.tool_version);
  EXPECT_EQ(after->tool_sha256, before.tool_sha256);
  ASSERT_EQ(after->earlier_runs.size(), 2U);
  EXPECT_EQ(after->earlier_runs[0], before.earlier_runs[0]);
  EXPECT_EQ(after->earlier_runs[1].command_line, before.command_line);
  EXPECT_EQ(after->earlier_runs[1].state, "running");
  ASSERT_EQ(after->images.size(), 3U);
  const FleetEntry& done = after->images[0];
  EXPECT_EQ(done.name, "E-01");
  EXPECT_EQ(done.image.segments,
            (std::vector<std::string>{"/cases/2026-041/web01.E01", "/cases/2026-041/web01.E02"}));
  EXPECT_FALSE(done.image.root);
  EXPECT_EQ(done.image.hostname, "web01");
  EXPECT_EQ(done.image.year, 2026);
  EXPECT_EQ(done.state, ImageState::complete);
  EXPECT_EQ(done.exit_status, 0);
  EXPECT_EQ(done.files, before.images[0].files);
  EXPECT_EQ(done.arguments,
            (std::vector<std::string>{"scan", "--color=never", "--timezone=Europe/Berlin", "--",
                                      "/cases/2026-041/web01.E01", "/cases/2026-041/web01.E02"}));
  EXPECT_EQ(done.ended, before.images[0].ended);
  EXPECT_EQ(done.warning_counts, before.images[0].warning_counts);
  ASSERT_EQ(done.outputs.size(), 3U);
  EXPECT_EQ(done.outputs[1].kind, "rows");  // by name
  EXPECT_EQ(done.outputs[1].file, before.images[0].outputs[0].file);
  EXPECT_EQ(done.outputs[1].sha256, before.images[0].outputs[0].sha256);
  EXPECT_EQ(after->images[1].state, ImageState::failed);
  EXPECT_EQ(after->images[2].state, ImageState::waiting) << "nobody knows how far it came";
  ASSERT_TRUE(after->images[2].earlier);
  const EarlierResult& earlier = *after->images[2].earlier;
  EXPECT_EQ(earlier.tool_sha256, before.images[2].earlier->tool_sha256);
  EXPECT_EQ(earlier.arguments, (std::vector<std::string>{"scan", "--color=never", "--",
                                                         "/cases/2026-041/mail.qcow2"}));
  EXPECT_EQ(earlier.files, before.images[2].earlier->files);
  EXPECT_EQ(earlier.state, ImageState::partial);
  EXPECT_EQ(earlier.outputs.at(0).sha256, std::string(64, 'd'));
  ASSERT_EQ(after->unlisted.size(), 1U);
  EXPECT_EQ(after->unlisted[0].name, "old");
  EXPECT_TRUE(after->unlisted[0].image.root);
  EXPECT_EQ(after->unlisted[0].image.segments, std::vector<std::string>{"/mnt/old"});
  ASSERT_TRUE(after->unlisted[0].earlier);
  EXPECT_EQ(after->unlisted[0].earlier->outputs.at(0).sha256, std::string(64, 'd'));
}

/// An image that was not in the list of the last run went by the folder of another one.
TEST(FleetStatus, InputsAreCompletedByTheFilesThatWereRead) {
  const auto status = read_fleet_status(
      R"({"status_version": 1, "working_directory": "/y",
          "images": [{"name": "a", "inputs": ["../a"], "files": []}],
          "unlisted": [{"name": "b", "inputs": ["ev/b", "/x/c"], "earlier": {"state": "complete",
            "files": [{"path": "/x/ev/b", "size": 1, "modified_ns": 1}]}}]})",
      "status.json");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->images[0].image.segments, std::vector<std::string>{"/a"});
  EXPECT_EQ(status->unlisted[0].image.segments, (std::vector<std::string>{"/x/ev/b", "/x/c"}));
}

/// Versions before told of the last run alone.
TEST(FleetStatus, AStatusWithoutRunsHasOne) {
  const auto before = read_fleet_status(
      R"({"status_version": 1, "tool": {"version": "0.1.0", "sha256": "a"}, "state": "complete",
          "exit_status": 0, "started": "2026-11-28T22:00:00.000000+00:00",
          "updated": "2026-11-28T22:01:00.000000+00:00", "command_line": ["pidometer", "scan"],
          "images": []})",
      "status.json");
  ASSERT_TRUE(before);
  ASSERT_EQ(before->earlier_runs.size(), 1U);
  EXPECT_EQ(before->earlier_runs[0].tool_version, "0.1.0");
  EXPECT_EQ(before->earlier_runs[0].exit_status, 0);
  const auto odd = read_fleet_status(
      R"({"status_version": 1, "runs": [5, {}, {"state": "complete"}], "images": []})",
      "status.json");
  ASSERT_TRUE(odd);
  EXPECT_TRUE(odd->earlier_runs.empty());
}

TEST(FleetStatus, WhatIsCutOrChangedIsRefusedOrLess) {
  const std::string text = write_fleet_status(sample());
  for (std::size_t length = 0; length + 1 < text.size(); length += 7)
    EXPECT_FALSE(read_fleet_status(std::string_view(text).substr(0, length), "status.json"));
  const auto odd = read_fleet_status(
      R"({"status_version": 1, "images": [{"files": [{"size": "x"}, 5], "outputs": {"rows": 7}, "arguments": [1]}]})",
      "status.json");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->images[0].state, ImageState::waiting);
  EXPECT_NE(odd->images[0].files[0], InputFile());
}

}  // namespace
}  // namespace pidometer
