#include "cli/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

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
  EXPECT_FALSE(file->commit());
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

TEST(OutputFile, NamesAFolderThatDoesNotExist) {
  const TemporaryFolder folder;
  const Result<OutputFile> file = OutputFile::create(folder.file("no/rows.jsonl"), false);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().reason, "No such file or directory");
  const Result<OutputFile> is_folder = OutputFile::create(folder.path().string(), true);
  ASSERT_FALSE(is_folder);
  EXPECT_EQ(is_folder.error().reason, "it is a folder");
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

}  // namespace
}  // namespace pidometer
