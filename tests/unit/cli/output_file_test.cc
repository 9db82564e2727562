#include "cli/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

TEST(OutputFile, AppearsUnderItsNameOnlyWhenWhole) {
  const TemporaryFolder folder;
  {
    Result<OutputFile> file = OutputFile::create(folder.file("rows.jsonl"), false);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("one\n"));
    EXPECT_FALSE(std::filesystem::exists(folder.file("rows.jsonl")));
    ASSERT_TRUE(file->commit());
  }
  EXPECT_EQ(folder.read("rows.jsonl"), "one\n");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(OutputFile, LeavesNothingWhenItIsNotCommitted) {
  const TemporaryFolder folder;
  {
    Result<OutputFile> file = OutputFile::create(folder.file("rows.jsonl"), false);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("half"));
    // /tmp of every kernel that is supported has files without a name
    EXPECT_EQ(folder.entries(), 0U) << "what is killed leaves it behind";
  }
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(OutputFile, RefusesAFileThatExistsUnlessForced) {
  const TemporaryFolder folder;
  folder.write("rows.jsonl", "old\n");
  const Result<OutputFile> refused = OutputFile::create(folder.file("rows.jsonl"), false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "will not overwrite " + folder.file("rows.jsonl"));
  EXPECT_EQ(refused.error().help, "add --force, or give another name");

  Result<OutputFile> forced = OutputFile::create(folder.file("rows.jsonl"), true);
  ASSERT_TRUE(forced);
  ASSERT_TRUE(forced->write("new\n"));
  EXPECT_EQ(folder.read("rows.jsonl"), "old\n");
  ASSERT_TRUE(forced->commit());
  EXPECT_EQ(folder.read("rows.jsonl"), "new\n");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(OutputFile, AFileThatAppearsMeanwhileStaysWhole) {
  const TemporaryFolder folder;
  Result<OutputFile> file = OutputFile::create(folder.file("rows.jsonl"), false);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("ours\n"));
  folder.write("rows.jsonl", "theirs\n");
  const Result<void> committed = file->commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().reason, "a file of that name appeared meanwhile and was left");
  EXPECT_EQ(folder.read("rows.jsonl"), "theirs\n");
}

TEST(OutputFile, SaysThatAFullDiskIsFull) {
  Result<OutputFile> file = OutputFile::create("/dev/full", false);
  ASSERT_TRUE(file);
  Result<void> written = file->write(std::string(100000, 'x'));
  if (written) written = file->commit();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().reason, "No space left on device");
}

/// Room that is taken and not needed is given back; the file is what was written, no more.
TEST(OutputFile, TakesRoomBeforehand) {
  const TemporaryFolder folder;
  Result<OutputFile> file = OutputFile::create(folder.file("rows.jsonl"), true);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->reserve(1 << 20));
  ASSERT_TRUE(file->reserve(4 << 20));
  std::int64_t taken = 0;
  for (const auto& descriptor : std::filesystem::directory_iterator("/proc/self/fd")) {
    struct stat open {};
    std::error_code gone;
    const std::string name = std::filesystem::read_symlink(descriptor.path(), gone).string();
    if (name.starts_with(folder.path().string()) && stat(descriptor.path().c_str(), &open) == 0)
      taken = std::max<std::int64_t>(taken, std::int64_t{open.st_blocks} * 512);
  }
  EXPECT_GE(taken, 4 << 20);
  ASSERT_TRUE(file->write("one\n"));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(folder.read("rows.jsonl"), "one\n");
  struct stat info {};
  ASSERT_EQ(stat(folder.file("rows.jsonl").c_str(), &info), 0);
  EXPECT_LE(info.st_blocks * 512, 65536);
}

TEST(OutputFile, NamesAFolderThatDoesNotExist) {
  const TemporaryFolder folder;
  const Result<OutputFile> file = OutputFile::create(folder.file("no/rows.jsonl"), false);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().reason, "No such file or directory");
  const Result<OutputFile> is_folder = OutputFile::create(folder.path().string(), true);
  ASSERT_FALSE(is_folder);
  EXPECT_EQ(is_folder.error().reason, "it is a folder");
}

TEST(OutputFile, RefusesALinkThatLeadsNowhereAtOnce) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(folder.file("nowhere"), folder.file("link"));
  const Result<OutputFile> refused = OutputFile::create(folder.file("link"), false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().reason, "it is a link that leads to no file");
  Result<OutputFile> forced = OutputFile::create(folder.file("link"), true);
  ASSERT_TRUE(forced);
  ASSERT_TRUE(forced->write("rows\n") && forced->commit());
  EXPECT_EQ(folder.read("link"), "rows\n");
  EXPECT_FALSE(std::filesystem::exists(folder.file("nowhere")));
}

/// `-o /dev/stdout > file`: the file is there, and is the one that is to be written.
TEST(OutputFile, WritesWhatADescriptorHasOpenInPlace) {
  const TemporaryFolder folder;
  const int descriptor =
      open(folder.write("real", "before\n").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  const std::string number = std::to_string(descriptor);
  std::filesystem::create_symlink("/dev/fd/" + number, folder.file("link"));
  std::string want = "before\n";
  for (const std::string& name : {"/dev/fd/" + number, "/proc/self/fd/" + number,
                                  "/proc/thread-self/fd/" + number, folder.file("link")})
    for (const bool overwrite : {false, true}) {
      Result<OutputFile> file = OutputFile::create(name, overwrite);
      ASSERT_TRUE(file) << name << ": " << file.error().message;
      ASSERT_TRUE(file->write("rows\n") && file->commit());
      want += "rows\n";
      EXPECT_EQ(folder.read("real"), want) << name;
    }
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link")));
  close(descriptor);
  const int evidence = open(folder.file("real").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_FALSE(OutputFile::create("/dev/fd/" + std::to_string(evidence), true));
  close(evidence);
  EXPECT_FALSE(OutputFile::create("/dev/fd/" + std::to_string(evidence), true)) << "it is closed";
  EXPECT_EQ(folder.read("real"), want);
}

TEST(OutputFile, ObeysTheUmask) {
  const TemporaryFolder folder;
  const mode_t before = umask(0027);
  Result<OutputFile> file = OutputFile::create(folder.file("rows.jsonl"), false);
  umask(before);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->commit());
  struct stat status {};
  ASSERT_EQ(stat(folder.file("rows.jsonl").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

/// It is the process's: whoever asks for it changes it, for the files that other threads make at
/// that moment too.
TEST(OutputFile, NeverChangesTheUmask) {
  const TemporaryFolder folder;
  const mode_t before = umask(0027);
  const pid_t child = fork();
  if (child == 0) {
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    // As on file systems without files without a name.
    constexpr scmp_datum_t kNameless = O_TMPFILE & ~O_DIRECTORY;
    const scmp_arg_cmp nameless{2, SCMP_CMP_MASKED_EQ, kNameless, kNameless};
    if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(openat), 1,
                               &nameless) != 0 ||
        seccomp_rule_add_array(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(umask), 0, nullptr) != 0 ||
        seccomp_load(filter) != 0)
      _exit(2);
    Result<OutputFile> file = OutputFile::create(folder.file("rows.jsonl"), false);
    _exit(file && folder.entries() == 1 && file->commit() ? 0 : 1);
  }
  umask(before);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  struct stat made {};
  ASSERT_EQ(stat(folder.file("rows.jsonl").c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777U, 0640U);
  EXPECT_EQ(folder.entries(), 1U);
}

}  // namespace
}  // namespace pidometer
