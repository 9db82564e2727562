#include "cli/extracted_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tests/support/memory_log_file.h"
#include "tests/support/temporary_folder.h"

namespace {
bool refuse_times = false;
}  // namespace

/// In the place of the C library's: a filesystem that keeps no times, as some network shares do.
extern "C" int futimens(int descriptor, const timespec* times) noexcept {
  if (!refuse_times) return static_cast<int>(syscall(SYS_utimensat, descriptor, nullptr, times, 0));
  errno = EPERM;
  return -1;
}

namespace pidometer {
namespace {

TEST(WriteExtracted, KeepsTheTimeOfTheFile) {
  const TemporaryFolder folder;
  const test::MemoryLogFile log("/var/log/cron", "text", test::utc(2000, 11, 9));
  const Result<ExtractedFile> copy =
      write_extracted(log, StreamForm::stored, {folder.path().string(), "p2/cron"});
  ASSERT_TRUE(copy);
  EXPECT_FALSE(copy->undated);
  struct stat status {};
  ASSERT_EQ(stat(folder.file("p2/cron").c_str(), &status), 0);
  EXPECT_EQ(Timestamp(std::chrono::seconds(status.st_mtim.tv_sec)), test::utc(2000, 11, 9));
}

TEST(WriteExtracted, WhatHasItsNameIsNoError) {
  const TemporaryFolder folder;
  const test::MemoryLogFile log("/var/log/cron", "text", test::utc(2000, 11, 9));
  refuse_times = true;
  const Result<ExtractedFile> copy =
      write_extracted(log, StreamForm::stored, {folder.path().string(), "cron"});
  refuse_times = false;
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->bytes, 4U);
  ASSERT_TRUE(copy->undated);
  EXPECT_EQ(copy->undated->reason, "Operation not permitted");
  EXPECT_EQ(folder.read("cron"), "text");
}

TEST(WriteExtracted, MakesNoFolderForWhatCannotBeOpened) {
  const TemporaryFolder folder;
  test::MemoryLogFile log("/var/log/cron", "text");
  log.refuses_to_open();
  bool begun = false;
  const Result<ExtractedFile> copy =
      write_extracted(log, StreamForm::stored, {folder.path().string(), "p2/cron", false, [&] {
                                                  begun = true;
                                                  return Result<void>();
                                                }});
  EXPECT_FALSE(copy);
  EXPECT_FALSE(begun);
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(SafePath, NeverLeadsOutOfItsFolder) {
  struct Case {
    std::string path;
    const char* want;
  };
  const Case cases[] = {
      {"/var/log/cron", "var/log/cron"},
      {"//var///log/cron", "var/log/cron"},
      {"/var/log/../../etc/passwd", "var/log/___/___/etc/passwd"},
      {"/var/./log", "var/__/log"},
      {std::string("/var/a\0b", 8), "var/a_b"},
      {"", ""},
      {"/", ""},
      {"..", "___"},
      {"/var/log/cron\n1", "var/log/cron%0A1"},
      {"/var/\x1b[2J/cron", "var/%1B[2J/cron"},
  };
  for (const Case& c : cases) EXPECT_EQ(safe_path(c.path).string(), c.want) << c.path;
}

TEST(SafeName, IsOneComponent) {
  EXPECT_EQ(safe_name("p2"), "p2");
  EXPECT_EQ(safe_name("lvm-a/../b"), "lvm-a_.._b");
  EXPECT_EQ(safe_name(""), "_");
}

TEST(SafeName, HoldsNothingThatATerminalObeys) {
  EXPECT_EQ(safe_name("a\x1b]0;t\x07\t\x7f"), "a%1B]0;t%07%09%7F");
  EXPECT_EQ(safe_name("\xc2\x9b"
                      "31m"),
            "%C2%9B31m")
      << "CSI of ISO 6429 as UTF-8";
  EXPECT_EQ(safe_name("a\xe2\x80\xae"
                      "b"),
            "a%E2%80%AEb")
      << "right-to-left override";
  EXPECT_EQ(safe_name("caf\xe9"), "caf%E9") << "no UTF-8";
  EXPECT_EQ(safe_name("caf\xc3\xa9 a\\b"), "caf\xc3\xa9 a\\b");
  // different names stay different
  EXPECT_EQ(safe_name("a%1Bb"), "a%251Bb");
  EXPECT_EQ(safe_name("100%"), "100%");
  EXPECT_EQ(safe_name("a%25"), "a%2525");
}

TEST(SafeNames, GivesEachNameAFolderOfItsOwn) {
  SafeNames names;
  EXPECT_EQ(names.of("p1:@/var"), "p1:@_var");
  EXPECT_EQ(names.of("p1:@_var"), "p1:@_var-2");
  EXPECT_EQ(names.of("p1:@_var-2"), "p1:@_var-2-2");
  EXPECT_EQ(names.of("p1:@/var"), "p1:@_var");
  EXPECT_EQ(names.of("p1:@_var"), "p1:@_var-2");
}

TEST(SumLine, EscapesAsCoreutilsDoes) {
  EXPECT_EQ(sum_line("ab", "p2/var/log/cron"), "ab  p2/var/log/cron\n");
  EXPECT_EQ(sum_line("ab", "a\nb\\c"), "\\ab  a\\nb\\\\c\n");
}

}  // namespace
}  // namespace pidometer
