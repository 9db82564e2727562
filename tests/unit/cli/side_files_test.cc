#include "cli/side_files.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_odometer.h"
#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;

LogFolder folder_of(const std::string& volume, const std::string& path, const std::string& host) {
  LogFolder folder;
  folder.volume = volume;
  folder.path = path;
  folder.facts.hostname = host;
  return folder;
}

/// An image whose folders and damage the test says.
class MadeEvidence final : public Evidence {
 public:
  struct File {
    std::string volume;
    std::string path;  ///< with its folder, which is wanted as a whole
    std::string host;
  };

  std::vector<File> files;
  std::vector<Warning> warnings;
  std::string met;  ///< on p1, by the first search; empty: nothing

  InputReport report() const override {
    InputReport report;
    report.kind = "raw";
    report.warnings = warnings;
    return report;
  }
  std::vector<VolumeReport> volumes() const override { return {}; }
  std::vector<LogFolder> find_logs(std::span<const std::string_view>,
                                   std::span<const std::string_view>) override {
    return {};
  }
  std::vector<LogFolder> find_files(std::span<const std::string_view> folders,
                                    std::span<const std::string_view>) override {
    if (!met.empty()) warn(WarningKind::skipped_file, "p1", std::exchange(met, {}));
    std::vector<LogFolder> found;
    for (const File& file : files) {
      const std::string folder = file.path.substr(0, file.path.rfind('/'));
      if (std::ranges::find(folders, folder) == folders.end()) continue;
      found.push_back(folder_of(file.volume, folder, file.host));
      found.back().files.push_back(std::make_unique<MemoryLogFile>(file.path, "\n"));
    }
    return found;
  }

  void warn(WarningKind kind, const std::string& volume, const std::string& path) {
    Warning warning;
    warning.kind = kind;
    warning.volume = volume;
    warning.path = path;
    warnings.push_back(warning);
  }
};

std::vector<LogFolder> logs_of(const std::string& volume) {
  std::vector<LogFolder> logs;
  logs.push_back(folder_of(volume, "/log", "web01"));
  return logs;
}

/// What is found beside web01's logs, on p2.
struct BesideLogs {
  explicit BesideLogs(MadeEvidence& evidence)
      : side_files(evidence, CronOdometer(), logs, false), crontabs(side_files.crontabs(logs[0])) {}

  std::vector<LogFolder> logs = logs_of("p2");
  SideFiles side_files;
  HostCrontabs crontabs;
};

TEST(SideFiles, CrontabsAreThoseOfTheHost) {
  MadeEvidence evidence;
  evidence.files = {{"p1", "/etc/crontab", "web01"},
                    {"p3", "/etc/crontab", "db02"},
                    {"p2", "/spool/cron/anna", ""},
                    {"p1", "/var/spool/cron/old", "web01"}};
  const BesideLogs beside(evidence);
  const HostCrontabs& host = beside.crontabs;
  EXPECT_TRUE(host.looked_for);
  EXPECT_EQ(host.ambiguous, "");
  std::vector<std::pair<std::string, std::string>> found;
  for (const CrontabFolder& folder : host.folders)
    for (const LogFile* file : folder.files) found.emplace_back(folder.volume, file->entry().path);
  EXPECT_EQ(found, (std::vector<std::pair<std::string, std::string>>{
                       {"p1", "/etc/crontab"},
                       {"p2", "/spool/cron/anna"},
                       {"p1", "/var/spool/cron/old"},
                   }));
}

TEST(SideFiles, OfSeveralRootsNoneIsPicked) {
  MadeEvidence evidence;
  evidence.files = {{"p1", "/etc/crontab", "web01"}, {"p3", "/etc/crontab", "web01"}};
  const BesideLogs beside(evidence);
  const HostCrontabs& host = beside.crontabs;
  EXPECT_TRUE(host.folders.empty());
  EXPECT_EQ(host.ambiguous, "/etc of several volumes may be this host's: p1, p3");
}

TEST(SideFiles, DamageOfTheHostsVolumesIsHandedOn) {
  const struct {
    WarningKind kind;
    std::string volume;
    bool told;
  } cases[] = {
      {WarningKind::damaged_image, "", true},    {WarningKind::damaged_image, "p1", true},
      {WarningKind::damaged_image, "p2", true},  {WarningKind::skipped_file, "p1", true},
      {WarningKind::damaged_image, "p3", false}, {WarningKind::damaged_log, "p1", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.volume);
    MadeEvidence evidence;
    evidence.files = {{"p1", "/etc/crontab", "web01"}};
    evidence.warn(c.kind, c.volume, "/var");
    const BesideLogs beside(evidence);
    const HostCrontabs& host = beside.crontabs;
    EXPECT_TRUE(host.unread.empty());
    ASSERT_EQ(host.damage.size(), c.told ? 1U : 0U);
    if (!c.told) continue;
    EXPECT_EQ(host.damage[0].volume, c.volume);
    EXPECT_EQ(host.damage[0].path, "/var");
  }
}

TEST(SideFiles, WhatIsMetWhileTheyAreLookedForIsUnread) {
  MadeEvidence evidence;
  evidence.files = {{"p1", "/etc/crontab", "web01"}};
  evidence.met = "/etc/cron.d/more";
  const BesideLogs beside(evidence);
  const HostCrontabs& host = beside.crontabs;
  EXPECT_TRUE(host.damage.empty());
  ASSERT_EQ(host.unread.size(), 1U);
  EXPECT_EQ(host.unread[0].volume, "p1");
  EXPECT_EQ(host.unread[0].path, "/etc/cron.d/more");
  EXPECT_EQ(beside.side_files.met().size(), 1U);
}

}  // namespace
}  // namespace pidometer
