#include "plugin/timeline/custody.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

RunSummary sample_summary() {
  RunSummary summary;
  summary.tool_version = "0.1.0";
  summary.libraries = {"libtsk 4.11.1", "libewf 20140813"};
  summary.inputs = {{.name = "disk.E01",
                     .kind = "ewf",
                     .segments = {"disk.E01", "disk.E02"},
                     .size = 1048576,
                     .stored_md5 = "d41d8cd98f00b204e9800998ecf8427e",
                     .damage = {{{270336, 274432}, "E01 chunk checksum"}},
                     .warnings = {},
                     .isolation = "process, limits, seccomp"}};
  summary.warnings = {{.kind = WarningKind::damaged_log,
                       .message = "E01 chunk checksum; the extracted file does not hold what was "
                                  "there",
                       .image = "disk.E01",
                       .volume = "p2",
                       .path = "/var/log/cron",
                       .range = ByteRange{4096, 8192},
                       .line = 0}};
  summary.errors = {
      {ErrorKind::unreadable, "cannot unpack /var/log/cron.1.gz", "it is cut off", ""}};
  summary.exit_status = 3;
  return summary;
}

CustodyRecord sample_record() {
  CustodyRecord record;
  record.examiner = "A. Examiner";
  record.case_id = "2001-17";
  record.evidence_id = "HD-1";
  record.user = "examiner";
  record.user_id = 1000;
  record.host = "lab7";
  record.system = "Linux 6.1.0-18-amd64 x86_64";
  record.command_line = {"pidometer",   "extract", "disk.E01", "-d",         "logs", "--examiner",
                         "A. Examiner", "--case",  "2001-17",  "--evidence", "HD-1"};
  record.working_directory = "/cases/2001-17";
  record.program_sha256 = std::string(64, 'a');
  record.started = samples::at(1004000000);
  record.ended = samples::at(1004000007);
  record.exit_status = 3;
  record.complete = false;
  record.directory = "/cases/2001-17/logs";
  record.input_paths = {"/cases/2001-17/disk.E01"};
  FileEntry entry = samples::source()->entry;
  entry.size = 31607;
  entry.modified = samples::at(973743001);
  entry.replayed = {{1000, 2000}};
  record.files = {{"p2/var/log/cron",
                   "disk.E01",
                   "p2",
                   entry,
                   false,
                   31607,
                   std::string(64, 'b'),
                   {{{4096, 8192}, "E01 chunk checksum"}}}};
  record.missing = {"the volume p1 of disk.E01 was not read: LUKS encrypted volume"};
  record.sums_sha256 = std::string(64, 'c');
  return record;
}

/// What schemas/custody.schema.json is tried with.
TEST(Custody, IsTheExample) {
  const char* root = std::getenv("PIDOMETER_SOURCE");
  if (root == nullptr) GTEST_SKIP() << "PIDOMETER_SOURCE is not set";
  const std::filesystem::path path =
      std::filesystem::path(root) / "schemas" / "examples" / "custody.json";
  const std::string json = custody_json(sample_record(), sample_summary());
  if (const char* accept = std::getenv("PIDOMETER_ACCEPT"); accept != nullptr && *accept != '\0') {
    std::ofstream(path) << json;
    GTEST_SKIP() << "rewritten";
  }
  std::ifstream file(path);
  EXPECT_EQ(json, std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(Custody, LeavesOutWhatIsNotKnown) {
  CustodyRecord record = sample_record();
  record.examiner.clear();
  record.case_id.clear();
  record.evidence_id.clear();
  record.sums_sha256.clear();
  record.program_sha256.clear();
  const auto json = nlohmann::json::parse(custody_json(record, sample_summary()));
  for (const char* key : {"examiner", "case", "evidence", "sha256sums_sha256"})
    EXPECT_FALSE(json.contains(key)) << key;
  EXPECT_FALSE(json["tool"].contains("sha256"));
  EXPECT_EQ(custody_text(record, sample_summary()).find("Case"), std::string::npos);
}

TEST(Custody, TextHasWhatTheDocumentHas) {
  const std::string text = custody_text(sample_record(), sample_summary());
  for (const char* part :
       {"Examiner            A. Examiner\n", "Case                2001-17\n",
        "Evidence            HD-1\n", "User                examiner (uid 1000)\n",
        "Host                lab7, Linux 6.1.0-18-amd64 x86_64\n",
        "Started             2001-10-25T08:53:20.000000+00:00\n",
        "Outcome             NOT COMPLETE: see Missing, Error and damage (exit status 3)\n",
        "  segment           disk.E02\n", "  MD5 stored in it  d41d8cd98f00b204e9800998ecf8427e\n",
        "File                p2/var/log/cron\n", "  from              disk.E01: p2:/var/log/cron\n",
        "  inode             17\n", "  damage            bytes 4096 to 8192: E01 chunk checksum\n",
        "Missing             the volume p1 of disk.E01 was not read: LUKS encrypted volume\n",
        "Error               cannot unpack /var/log/cron.1.gz: it is cut off\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

/// A name of the evidence ends no line and says nothing in another one's place.
TEST(Custody, NamesAreEscaped) {
  CustodyRecord record = sample_record();
  record.files[0].entry.path = "/var/log/cron\nExaminer            somebody else";
  const std::string text = custody_text(record, sample_summary());
  EXPECT_EQ(text.find("\nExaminer            somebody"), std::string::npos);
  EXPECT_NE(text.find("cron\\x0aExaminer"), std::string::npos);
}

}  // namespace
}  // namespace pidometer
