#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "plugin/cron_log/dialects.h"
#include "tests/support/shared_folder.h"

namespace pidometer {
namespace {

struct Counts {
  int records = 0;
  int skipped = 0;
  int malformed = 0;
};

/// Every line that a real daemon wrote is read, skipped or refused, and nothing changes that
/// unseen. Of dialects that are not read yet no line may become a record.
TEST(SharedDialects, EveryLineIsAccountedFor) {
  const auto folder = test::shared_folder() / "dialects";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no folder " << folder;
  const std::map<std::string, Counts> want = {
      // record, skipped, malformed
      // debug words, words of crond and of syslogd; a job without a time
      {"busybox-crond", {1, 5, 1}},
      {"busybox-more-timestamps", {2, 0, 1}},
      {"cronie-errors-misc", {8, 0, 0}},
      {"cronie-rhel6", {19, 0, 0}},
      {"cronie-rhel7", {14, 0, 0}},
      // a line without its time
      {"cronie-rhel8plus-CMDEND-CMDOUT", {10, 0, 1}},
      {"crontab-edit-sequence", {18, 0, 0}},
      // without a time, and half a line
      {"dcron", {0, 1, 1}},
      {"debian-CRON", {14, 0, 0}},
      {"debian-MAIL-lines", {4, 1, 0}},
      {"debian-USR_SBIN_CRON", {12, 0, 0}},
      {"debian-anacron", {13, 0, 0}},
      {"debian-pam-cron-session", {12, 0, 0}},
      // lines cut before the job's PID
      {"fcron", {3, 0, 4}},
      {"freebsd-cron", {8, 1, 0}},
      {"freebsd-nohost", {1, 0, 0}},
      {"incron-lookalike", {0, 5, 0}},
      {"journalctl-short", {6, 1, 0}},
      {"journald-binary-strings", {0, 12, 0}},
      {"journald-export", {0, 12, 0}},
      {"openbsd-random-pids", {9, 1, 0}},
      {"openwrt-logread-busybox", {3, 0, 0}},
      {"rfc3339-iso8601", {4, 0, 0}},
      {"rfc5424", {1, 0, 1}},  // "some_message" is nothing that cron says
      {"rsyslog-message-repeated", {5, 0, 0}},
      {"socklog-nested-timestamp", {2, 0, 0}},
      // a command, two words without a PID, and a time that is cut off
      {"solaris-cronlog", {3, 3, 1}},
      // "last message repeated" counts as cron's until the line before it is known
      {"syslog-oops-corruption", {1, 1, 0}},
      {"systemd-crontab-generator", {0, 1, 0}},
      {"vixie-logfile-nonsyslog", {18, 0, 0}},
      {"vixie-syslog-CROND-rh7", {8, 0, 0}},
      {"vixie-syslog-crond-rhel5", {13, 0, 0}},
      // a table's export
      {"year-prefixed-and-vendor", {2, 0, 1}},
  };
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".log") continue;
    ++files;
    const std::string name = file.path().stem().string();
    ASSERT_TRUE(want.contains(name)) << name;
    std::istringstream text(test::file_text(file.path()));
    Counts got;
    for (std::string line; std::getline(text, line);) {
      line.erase(0, std::min(line.find_first_not_of('\0'), line.size()));
      const ParsedLine parsed = parse_line(line);
      switch (parsed.kind) {
        case ParsedLine::Kind::record:
          ++got.records;
          break;
        case ParsedLine::Kind::skipped:
          ++got.skipped;
          break;
        case ParsedLine::Kind::malformed:
          ++got.malformed;
          break;
      }
      if (parsed.kind != ParsedLine::Kind::record) {
        ASSERT_NE(parsed.reason, nullptr) << line;
      }
    }
    const Counts& expected = want.at(name);
    EXPECT_EQ(got.records, expected.records) << name;
    EXPECT_EQ(got.skipped, expected.skipped) << name;
    EXPECT_EQ(got.malformed, expected.malformed) << name;
  }
  EXPECT_EQ(files, want.size());
}

}  // namespace
}  // namespace pidometer
