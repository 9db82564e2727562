#include "tsk_reader/evidence/loose_evidence.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>

#include "tests/support/made_image.h"
#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

constexpr const char* kLine = "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n";

InputGroup group_of(InputKind kind, const std::string& path) {
  return {kind, path, {path}, {}};
}

TEST(LooseLog, IsOneFolderWithOneFile) {
  TemporaryFolder folder;
  const std::string path = folder.write("cron", kLine);
  const auto mtime = std::chrono::sys_seconds(std::chrono::seconds(973700000));
  std::filesystem::last_write_time(path, std::chrono::file_clock::from_sys(mtime));
  const auto evidence = open_loose_log(group_of(InputKind::log, path));
  ASSERT_TRUE(evidence);
  const std::vector<LogFolder> folders = (*evidence)->find_logs(kLogFolders, {});
  ASSERT_EQ(folders.size(), 1U);
  EXPECT_EQ(folders[0].path, folder.path());
  ASSERT_EQ(folders[0].files.size(), 1U);
  const FileEntry& entry = folders[0].files[0]->entry();
  EXPECT_EQ(entry.path, path);
  EXPECT_EQ(entry.size, 50U);
  EXPECT_EQ(entry.modified, Timestamp(mtime));
  EXPECT_EQ(entry.path_spec.size(), 1U);
  EXPECT_EQ(read_all(**folders[0].files[0]->open(StreamForm::decoded)), kLine);
  const InputReport report = (*evidence)->report();
  EXPECT_EQ(report.kind, "log");
  EXPECT_EQ(report.size, 50U);
  EXPECT_TRUE(report.warnings.empty());
}

TEST(LooseFolder, GivesEachFolderItsSortedFiles) {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("b/deep"));
  std::filesystem::create_directories(folder.file("a"));
  folder.write("cron.1", kLine);
  folder.write("cron", kLine);
  folder.write("b/deep/any name", kLine);
  folder.write("a/empty", "");
  folder.write("a/pic.png", "\x89PNG\r\n\x1a\n and so on");
  folder.write("a/disk.raw", disk_bytes(100'000, 1));
  mkfifo(folder.file("pipe").c_str(), 0600);
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "b" / "loop");
  const auto evidence = open_loose_folder(group_of(InputKind::folder, folder.path().string()));
  ASSERT_TRUE(evidence);
  for (int again = 0; again < 2; ++again) {
    std::vector<std::string> paths;
    for (const LogFolder& one : (*evidence)->find_logs(kLogFolders, {})) {
      for (const auto& file : one.files) {
        paths.push_back(std::filesystem::relative(file->entry().path, folder.path()).string());
      }
    }
    EXPECT_EQ(paths, (std::vector<std::string>{"cron", "cron.1", "b/deep/any name"}));
    const InputReport report = (*evidence)->report();
    ASSERT_EQ(report.warnings.size(), 1U) << "the image";
    EXPECT_EQ(report.warnings[0].kind, WarningKind::unsupported);
    EXPECT_NE(report.warnings[0].message.find("input of its own"), std::string::npos);
  }
}

TEST(LooseFolder, TellsOfLogNamesThatAreNotRead) {
  TemporaryFolder folder;
  TemporaryFolder elsewhere;
  elsewhere.write("cron", kLine);
  std::filesystem::create_directories(folder.file("deep"));
  folder.write("deep/cron.2", kLine);
  folder.write("cron.1.Z", "\x1f\x9d\x90 and so on");
  folder.write("a.Z", "\x1f\x9d\x90 and so on");
  folder.write("cron.3", "");
  const auto link = [&](const std::string& name, const std::string& target) {
    std::filesystem::create_symlink(target, folder.file(name));
  };
  link("README", "../../usr/share/doc/systemd/README.logs");
  link("cron", "deep/cron.2");
  link("cron.all", "deep");
  link("cron.4", elsewhere.file("cron"));
  link("cron.5", "gone");
  link("other", elsewhere.file("cron"));
  const auto evidence = open_loose_folder(group_of(InputKind::folder, folder.path().string()));
  ASSERT_TRUE(evidence);
  constexpr std::string_view kGlobs[] = {"cron*"};
  const std::vector<LogFolder> folders = (*evidence)->find_logs(kLogFolders, kGlobs);
  ASSERT_EQ(folders.size(), 1U);
  ASSERT_EQ(folders[0].files.size(), 1U);
  EXPECT_EQ(folders[0].files[0]->entry().path, folder.file("deep/cron.2"));
  std::vector<std::string> told;
  for (const Warning& warning : (*evidence)->report().warnings) {
    EXPECT_EQ(warning.kind, WarningKind::skipped_file);
    told.push_back(std::filesystem::path(warning.path).filename().string());
  }
  EXPECT_EQ(told, (std::vector<std::string>{"cron.1.Z", "cron.4", "cron.5"}));
  EXPECT_NE((*evidence)->report().warnings[0].message.find("compress"), std::string::npos);
}

TEST(LooseEvidence, MissingIsAnError) {
  EXPECT_EQ(open_loose_log(group_of(InputKind::log, "/nonexistent/cron")).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(open_loose_folder(group_of(InputKind::folder, "/nonexistent")).error().kind,
            ErrorKind::not_found);
}

TEST(LibraryVersions, NameTheLibraries) {
  const std::vector<std::string> versions = library_versions();
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_EQ(versions[0].substr(0, 8), "libtsk 4");
  EXPECT_EQ(versions[1].substr(0, 9), "libewf 20");
  EXPECT_EQ(versions[2].substr(0, 12), "libarchive 3");
}

}  // namespace
}  // namespace pidometer
