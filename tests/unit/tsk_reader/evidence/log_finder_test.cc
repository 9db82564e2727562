#include "tsk_reader/evidence/log_finder.h"

#include <gtest/gtest.h>

#include "tests/support/memory_file_system.h"
#include "tsk_reader/evidence.h"

namespace pidometer {
namespace {

struct Found {
  std::vector<std::string> paths;  // `path` or `path=real_path` where they differ
  std::vector<Warning> warnings;
};

Found find(FileSystem& fs,
           std::vector<std::string_view> folders = {kLogFolders.begin(), kLogFolders.end()},
           std::vector<std::string_view> globs = {"cron*"}) {
  Found out;
  for (const FoundFolder& folder : find_log_files(fs, folders, globs, out.warnings))
    for (const FoundFile& file : folder.files)
      out.paths.push_back(file.path == file.real_path ? file.path
                                                      : file.path + "=" + file.real_path);
  return out;
}

using Paths = std::vector<std::string>;

TEST(LogFinder, TakesFilesWhoseNamesMatch) {
  MemoryFileSystem fs;
  for (const char* path : {"/var/log/cron", "/var/log/cron.1.gz", "/var/log/messages",
                           "/var/log/.cron", "/var/log/CRON", "/log/cron-20260101", "/cron"})
    fs.file(path, "x");
  fs.folder("/var/log/cron.d");
  EXPECT_EQ(find(fs).paths, (Paths{"/var/log/cron", "/var/log/cron.1.gz", "/log/cron-20260101"}));
  EXPECT_TRUE(find(fs).warnings.empty());
  EXPECT_EQ(find(fs, {"/"}).paths, (Paths{"/cron"}));
  EXPECT_EQ(find(fs, {"/none", "/log"}, {"mess*", "cron-*"}).paths, (Paths{"/log/cron-20260101"}));
  fs.fold_case();
  EXPECT_EQ(find(fs, {"/var/log"}).paths,
            (Paths{"/var/log/CRON", "/var/log/cron", "/var/log/cron.1.gz"}));
}

TEST(LogFinder, AFolderThatIsNoneIsTold) {
  MemoryFileSystem fs;
  fs.file("/var/log", "the inode of a directory, its type changed by one bit");
  fs.file("/log", "of a data disk");
  EXPECT_EQ(find(fs).paths, Paths{});
  ASSERT_EQ(find(fs).warnings.size(), 1U);
  EXPECT_EQ(find(fs).warnings[0].path, "/var/log");
  EXPECT_EQ(find(fs).warnings[0].kind, WarningKind::skipped_file);

  MemoryFileSystem above;
  above.file("/var", "x");
  ASSERT_EQ(find(above).warnings.size(), 1U);
  EXPECT_NE(find(above).warnings[0].message.find("/var is no directory"), std::string::npos);
}

TEST(LogFinder, FindsOnceWhatHasTwoNames) {
  MemoryFileSystem fs;
  const std::uint64_t cron = fs.file("/var/log/cron.5", "x");
  fs.hard_link("/var/log/cron.7", cron);
  fs.link("/var/log/cron", "cron.5");
  fs.file("/data/cron.a", "x");
  fs.link("/var/log/cron.b", "/data/cron.a");
  fs.link("/log", "var/log");
  EXPECT_EQ(find(fs).paths, (Paths{"/var/log/cron.5", "/var/log/cron.b=/data/cron.a"}));

  MemoryFileSystem turned;
  turned.file("/log/cron", "x");
  turned.link("/var/log", "/log");
  EXPECT_EQ(find(turned).paths, (Paths{"/var/log/cron=/log/cron"}));

  MemoryFileSystem across;
  across.file("/log/cron", "x");
  across.link("/var/log/cron", "/log/cron");
  EXPECT_EQ(find(across).paths, (Paths{"/var/log/cron=/log/cron"}));
}

TEST(LogFinder, TellsWhatCannotBeReached) {
  MemoryFileSystem fs;
  fs.link("/var/log/cron", "/elsewhere/cron");
  fs.link("/var/log/cron.1", "cron.1");
  fs.link("/var/log/messages", "/elsewhere/too");
  fs.corrupt(fs.file("/var/log/cron.2", "x"));
  fs.file("/var/log/cron.3", "x");
  fs.link("/log", "/gone");
  const Found found = find(fs);
  EXPECT_EQ(found.paths, (Paths{"/var/log/cron.3"}));
  ASSERT_EQ(found.warnings.size(), 4U);
  const char* paths[] = {"/var/log/cron", "/var/log/cron.1", "/var/log/cron.2", "/log"};
  const char* words[] = {"/var/log/cron -> /elsewhere/cron", "too many symbolic links", "corrupt",
                         "/log -> /gone"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(found.warnings[i].kind, WarningKind::skipped_file);
    EXPECT_EQ(found.warnings[i].path, paths[i]);
    EXPECT_NE(found.warnings[i].message.find(words[i]), std::string::npos)
        << found.warnings[i].message;
  }
  MemoryFileSystem unreadable;
  unreadable.corrupt(unreadable.folder("/var/log"));
  EXPECT_EQ(find(unreadable).warnings.size(), 1U);
}

TEST(LogFinder, ALinkToAFileThatTheLogFolderLostIsSilent) {
  MemoryFileSystem fs;
  fs.file("/var/log/cron.1", "x");
  fs.folder("/srv");
  fs.link("/var/log/cron", "cron.gone");
  fs.link("/var/log/cron.2", "/var/log/./cron.away");
  fs.link("/var/log/cron.3", "/srv/cron");
  const Found found = find(fs);
  EXPECT_EQ(found.paths, (Paths{"/var/log/cron.1"}));
  ASSERT_EQ(found.warnings.size(), 1U);
  EXPECT_EQ(found.warnings[0].path, "/var/log/cron.3");
}

TEST(LogFinder, AFolderThatIsALinkToItselfLiesOnAnotherVolume) {
  for (const char* target : {"/run", "../run", "run", "./run/"}) {
    MemoryFileSystem fs;
    fs.link("/run", target);
    EXPECT_EQ(find(fs, {"/run"}).warnings.size(), std::string_view(target) == "./run/" ? 1U : 0U)
        << target;
  }
  MemoryFileSystem loop;
  loop.link("/run", "/ran");
  loop.link("/ran", "/run");
  EXPECT_EQ(find(loop, {"/run"}).warnings.size(), 1U);
}

TEST(LogFinder, AFolderOfTooManyIsBounded) {
  MemoryFileSystem fs;
  for (std::size_t i = 0; i < kMostLogs + 5; ++i) fs.file("/log/cron" + std::to_string(i), "");
  const Found found = find(fs);
  EXPECT_EQ(found.paths.size(), kMostLogs);
  EXPECT_EQ(found.warnings.size(), 1U);
}

}  // namespace
}  // namespace pidometer
