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
      {"busybox-crond", {0, 7, 0}},
      {"busybox-more-timestamps", {0, 3, 0}},
      {"cronie-errors-misc", {8, 0, 0}},
      {"cronie-rhel6", {19, 0, 0}},
      {"cronie-rhel7", {14, 0, 0}},
      // a line without its time, and one with a localised month
      {"cronie-rhel8plus-CMDEND-CMDOUT", {9, 0, 2}},
      {"crontab-edit-sequence", {18, 0, 0}},
      {"dcron", {0, 2, 0}},
      {"debian-CRON", {14, 0, 0}},
      {"debian-MAIL-lines", {4, 1, 0}},
      {"debian-USR_SBIN_CRON", {12, 0, 0}},
      {"debian-anacron", {13, 0, 0}},
      {"debian-pam-cron-session", {12, 0, 0}},
      {"fcron", {0, 7, 0}},
      {"freebsd-cron", {8, 1, 0}},
      {"freebsd-nohost", {1, 0, 0}},
      {"incron-lookalike", {0, 5, 0}},
      // journalctl -o short-full, and a month's full name
      {"journalctl-short", {4, 1, 2}},
      {"journald-binary-strings", {0, 12, 0}},
      {"journald-export", {0, 12, 0}},
      {"openbsd-random-pids", {9, 1, 0}},
      {"openwrt-logread-busybox", {0, 3, 0}},
      {"rfc3339-iso8601", {4, 0, 0}},
      {"rfc5424", {1, 0, 1}},  // "some_message" is nothing that cron says
      {"rsyslog-message-repeated", {5, 0, 0}},
      {"socklog-nested-timestamp", {0, 2, 0}},
      {"solaris-cronlog", {0, 7, 0}},
      // "last message repeated" counts as cron's until the line before it is known
      {"syslog-oops-corruption", {1, 1, 0}},
      {"systemd-crontab-generator", {0, 1, 0}},
      {"vixie-logfile-nonsyslog", {18, 0, 0}},
      {"vixie-syslog-CROND-rh7", {8, 0, 0}},
      {"vixie-syslog-crond-rhel5", {12, 0, 1}},
      {"year-prefixed-and-vendor", {0, 0, 3}},
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
