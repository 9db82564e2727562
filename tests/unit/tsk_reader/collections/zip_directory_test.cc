#include "tsk_reader/file_system/archive/zip_directory.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/made_archive.h"
#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

using test::MadeZip;

constexpr std::size_t kMany = 1000;

Timestamp at_second(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

std::string field(std::uint16_t id, const std::string& data) {
  return MadeZip::le(id, 2) + MadeZip::le(data.size(), 2) + data;
}

class ZipDirectoryTest : public testing::Test {
 protected:
  std::unique_ptr<OsFile> file(const std::string& bytes) {
    auto opened = OsFile::open(folder_.write("a.zip", bytes));
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  std::optional<ZipDirectory> read(const std::string& bytes, std::size_t most = kMany) {
    return read_zip_directory(*file(bytes), most);
  }
  TemporaryFolder folder_;
};

TEST_F(ZipDirectoryTest, OnlyTimesOfExtraFieldsAreInstants) {
  struct Case {
    const char* name;
    std::string extra;
    std::int64_t seconds;
    bool local;
  };
  // The DOS time of MadeZip, taken as UTC: 2000-11-11 10:14:36.
  constexpr std::int64_t kDos = 973'937'676;
  const std::string filetime = MadeZip::le((973'700'000ULL + 11'644'473'600ULL) * 10'000'000, 8);
  for (const Case& one : std::vector<Case>{
           {"none", "", kDos, true},
           {"extended", field(0x5455, std::string("\1") + MadeZip::le(973'700'000, 4)), 973'700'000,
            false},
           {"extended, before 1970", field(0x5455, std::string("\1") + MadeZip::le(0xffffffff, 4)),
            -1, false},
           {"extended without it", field(0x5455, std::string("\2") + MadeZip::le(973'700'000, 4)),
            kDos, true},
           {"extended, too short", field(0x5455, "\1\2"), kDos, true},
           {"Unix", field(0x5855, MadeZip::le(1, 4) + MadeZip::le(973'700'000, 4)), 973'700'000,
            false},
           {"NTFS",
            field(0x000a, MadeZip::le(0, 4) + MadeZip::le(1, 2) + MadeZip::le(24, 2) + filetime +
                              filetime + filetime),
            973'700'000, false},
           {"behind another",
            field(0x7875, "abc") + field(0x5455, std::string("\1") + MadeZip::le(5, 4)), 5, false},
           {"longer than the field", MadeZip::le(0x5455, 2) + MadeZip::le(900, 2) + "\1abcd", kDos,
            true},
       }) {
    SCOPED_TRACE(one.name);
    MadeZip zip;
    zip.add({.name = "var/log/cron", .bytes = "x", .extra = one.extra});
    const auto directory = read(zip.bytes());
    ASSERT_TRUE(directory);
    const ZipDirectoryEntry& entry = directory->at("var/log/cron");
    EXPECT_EQ(entry.modified, at_second(one.seconds));
    EXPECT_EQ(entry.local_time, one.local);
    const auto local = read_zip_local_time(*file(zip.bytes()), zip.offset(0));
    ASSERT_TRUE(local);
    EXPECT_EQ(local->modified, entry.modified);
    EXPECT_EQ(local->local_time, entry.local_time);
  }
}

TEST_F(ZipDirectoryTest, ADateOfZeroIsNone) {
  MadeZip zip;
  zip.add({.name = "a", .bytes = "", .extra = "", .date = 0, .time = 0});
  const auto directory = read(zip.bytes());
  ASSERT_TRUE(directory);
  EXPECT_EQ(directory->at("a").modified, std::nullopt);
  EXPECT_FALSE(directory->at("a").local_time);
}

TEST_F(ZipDirectoryTest, IsFoundWhereverItLies) {
  MadeZip zip;
  zip.add({.name = "a", .bytes = "1"}).add({.name = "b\\c", .bytes = "2"}).add({.name = "a"});
  for (const std::string& bytes :
       {zip.bytes(), zip.bytes("a comment"), zip.bytes(std::string(65535, 'c')),
        zip.bytes("", std::string(3000, 'M')), zip.bytes64()}) {
    const auto directory = read(bytes);
    ASSERT_TRUE(directory);
    ASSERT_EQ(directory->size(), 2U);
    EXPECT_EQ(directory->at("a").count, 2U);
    EXPECT_EQ(directory->at("b/c").count, 1U);
  }
}

TEST_F(ZipDirectoryTest, WithoutItThereIsNothing) {
  MadeZip zip;
  zip.add({.name = "a", .bytes = std::string(5000, 'x')});
  const std::string whole = zip.bytes();
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("PK"));
  EXPECT_FALSE(read(whole.substr(0, whole.size() - 1)));
  EXPECT_FALSE(read(whole.substr(0, zip.directory_offset() + 20)));
  // The end record alone, whose directory would lie before the file.
  EXPECT_FALSE(read(whole.substr(whole.size() - 22)));
}

TEST_F(ZipDirectoryTest, ManyEntriesAreReadInPiecesAndUpToALimit) {
  MadeZip zip;
  constexpr std::size_t kEntries = 400;
  // More than a block of 1 MiB together.
  for (std::size_t i = 0; i < kEntries; ++i)
    zip.add({.name = std::string(4000, 'n') + std::to_string(i)});
  const auto all = read(zip.bytes());
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), kEntries);
  EXPECT_EQ(all->count(std::string(4000, 'n') + "399"), 1U);
  EXPECT_EQ(read(zip.bytes(), 7)->size(), 7U);
}

TEST_F(ZipDirectoryTest, ALocalHeaderIsFoundBehindADataDescriptor) {
  MadeZip zip;
  zip.add(
      {.name = "a", .bytes = "x", .extra = field(0x5455, std::string("\1") + MadeZip::le(77, 4))});
  const std::string bytes = zip.bytes();
  for (const std::size_t before : {0U, 12U, 16U, 24U}) {
    const auto found = read_zip_local_time(*file(std::string(before, 'd') + bytes), 0);
    ASSERT_TRUE(found) << before;
    EXPECT_EQ(found->modified, at_second(77));
  }
  EXPECT_FALSE(read_zip_local_time(*file(std::string(25, 'd') + bytes), 0));
  EXPECT_FALSE(read_zip_local_time(*file(bytes.substr(0, 33)), 0));
  EXPECT_FALSE(read_zip_local_time(*file(bytes), 1 << 20));
}

}  // namespace
}  // namespace pidometer
