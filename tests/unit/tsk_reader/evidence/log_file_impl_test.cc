#include "tsk_reader/evidence/log_file_impl.h"

#include <gtest/gtest.h>

#include "tests/support/deflated.h"
#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

// sha256sum of "abc" (FIPS 180-4's example) and of nothing.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

constexpr std::uint32_t kPacked = 973671001;  // 8 November 2000

std::unique_ptr<LogFile> file_of(const std::string& bytes) {
  FileEntry entry;
  entry.path = "/var/log/cron";
  entry.path_spec.resize(1);
  entry.path_spec[0].type_indicator = "EXT";
  return make_log_file(std::move(entry), [bytes]() -> Result<std::unique_ptr<ByteStream>> {
    return std::make_unique<MemoryStream>(bytes, 2);
  });
}

TEST(LogFileImpl, KnowsTheHashOnceReadToTheEnd) {
  const auto file = file_of("abc");
  EXPECT_EQ(file->sha256(), std::nullopt);
  const auto first = file->open(StreamForm::decoded);
  ASSERT_TRUE(first);
  std::array<std::byte, 2> two{};
  EXPECT_EQ((*first)->read(two), 2U);
  EXPECT_EQ(file->sha256(), std::nullopt);
  EXPECT_EQ(read_all(**first), "c");
  EXPECT_EQ(file->sha256(), kAbc);
  EXPECT_EQ(read_all(**file->open(StreamForm::stored)), "abc");
  EXPECT_EQ(file->sha256(), kAbc);
}

TEST(LogFileImpl, SkippedBytesAreHashed) {
  const auto file = file_of("abc");
  const auto stream = file->open(StreamForm::stored);
  EXPECT_EQ((*stream)->skip(100), 3U);
  EXPECT_EQ(file->sha256(), kAbc);
}

TEST(LogFileImpl, AnEmptyFileHasAHash) {
  const auto file = file_of("");
  read_all(**file->open(StreamForm::decoded));
  EXPECT_EQ(file->sha256(), kEmpty);
}

TEST(LogFileImpl, HashesTheStoredBytesOfAPackedFile) {
  const std::string packed =
      test::deflated("0123456789 the log\n", test::DeflateForm::gzip, kPacked);
  const auto file = file_of(packed);
  ASSERT_EQ(file->entry().path_spec.size(), 2U);
  EXPECT_EQ(file->entry().path_spec[0].type_indicator, "GZIP");
  EXPECT_EQ(file->entry().packed, Timestamp(std::chrono::seconds(kPacked)));
  EXPECT_EQ(read_all(**file->open(StreamForm::decoded)), "0123456789 the log\n");
  const std::optional<std::string> of_decoded = file->sha256();
  ASSERT_TRUE(of_decoded);
  const auto again = file_of(packed);
  EXPECT_EQ(read_all(**again->open(StreamForm::stored)), packed);
  EXPECT_EQ(again->sha256(), of_decoded);
}

TEST(LogFileImpl, WhatFollowsThePackedDataIsHashedToo) {
  const std::string packed =
      test::deflated("a log\n", test::DeflateForm::gzip, kPacked) + "trailing bytes";
  const auto decoded = file_of(packed);
  read_all(**decoded->open(StreamForm::decoded));
  const auto stored = file_of(packed);
  read_all(**stored->open(StreamForm::stored));
  ASSERT_TRUE(decoded->sha256());
  EXPECT_EQ(decoded->sha256(), stored->sha256());
}

TEST(LogFileImpl, AFileThatCannotBeOpenedSaysSoWhenOpened) {
  const auto file = make_log_file(FileEntry{}, []() -> Result<std::unique_ptr<ByteStream>> {
    return fail(ErrorKind::unreadable, "no way");
  });
  const auto stream = file->open(StreamForm::stored);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().message, "no way");
}

}  // namespace
}  // namespace pidometer
