#include "tsk_reader/file_system/tsk/ntfs_resident.h"

#include <gtest/gtest.h>

#include <string>

namespace pidometer {
namespace {

void put(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

constexpr std::size_t kAttribute = 56;
constexpr std::size_t kValue = kAttribute + 24;

/// A record of 1024 bytes whose unnamed $DATA is `data`, as it lies on the disk.
std::string record_with(const std::string& data) {
  std::string record(1024, '\0');
  record.replace(0, 4, "FILE");
  put(record, 4, 48, 2);
  put(record, 6, 3, 2);
  put(record, 20, kAttribute, 2);
  put(record, kAttribute, 0x80, 4);
  const std::size_t length = (24 + data.size() + 7) / 8 * 8;
  put(record, kAttribute + 4, length, 4);
  put(record, kAttribute + 16, data.size(), 4);
  put(record, kAttribute + 20, 24, 2);
  record.replace(kValue, data.size(), data);
  put(record, kAttribute + length, 0xffffffff, 4);
  put(record, 48, 0x0607, 2);
  for (const std::size_t stride : {std::size_t{1}, std::size_t{2}}) {
    record.replace(48 + 2 * stride, 2, record.substr(stride * 512 - 2, 2));
    put(record, stride * 512 - 2, 0x0607, 2);
  }
  return record;
}

std::optional<FileMap> map_of(const std::string& record) {
  return map_ntfs_resident(std::as_bytes(std::span(record)));
}

std::string mapped_bytes(const std::string& record, const FileMap& map) {
  std::string bytes(map.size, '?');
  for (const FileExtent& extent : map.extents)
    bytes.replace(extent.begin, extent.length, record.substr(extent.source, extent.length));
  return bytes;
}

TEST(MapNtfsResident, FetchesMovedBytesFromTheUpdateSequence) {
  std::string data;
  for (int i = 0; i < 700; ++i) data += static_cast<char>('a' + i % 26);
  const std::string record = record_with(data);
  const auto map = map_of(record);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->size, 700U);
  EXPECT_EQ(mapped_bytes(record, *map), data);
  EXPECT_EQ(map->extents.size(), 3U);
}

TEST(MapNtfsResident, RefusesWhatIsTornOrLiesElsewhere) {
  const std::string whole = record_with("some lines\n");
  ASSERT_TRUE(map_of(whole));
  std::string torn = whole;
  torn[1022] = 'x';
  EXPECT_FALSE(map_of(torn));
  std::string other = whole;
  other.replace(0, 4, "BAAD");
  EXPECT_FALSE(map_of(other));
  std::string runs = whole;
  runs[kAttribute + 8] = 1;
  EXPECT_FALSE(map_of(runs));
  std::string named = whole;
  named[kAttribute + 9] = 4;
  EXPECT_FALSE(map_of(named));
  std::string large = whole;
  put(large, kAttribute + 16, 5000, 4);
  EXPECT_FALSE(map_of(large));
  EXPECT_FALSE(map_of(whole.substr(0, 100)));
}

TEST(NtfsRecordSize, IsClustersOrAPowerOfTwo) {
  std::string boot(512, '\0');
  put(boot, 11, 512, 2);
  boot[13] = 8;
  boot[64] = static_cast<char>(0xf6);  // 2^10
  EXPECT_EQ(ntfs_record_size(std::as_bytes(std::span(boot))), 1024U);
  boot[64] = 1;
  EXPECT_EQ(ntfs_record_size(std::as_bytes(std::span(boot))), 4096U);
  boot[64] = 0;
  EXPECT_FALSE(ntfs_record_size(std::as_bytes(std::span(boot))));
  boot[64] = static_cast<char>(0x81);
  EXPECT_FALSE(ntfs_record_size(std::as_bytes(std::span(boot))));
}

TEST(MapThrough, FollowsThePiecesBelow) {
  FileMap inner;
  inner.size = 2000;
  inner.add({0, 1000, 50000});
  inner.add({1000, 1000, 90000});
  FileMap map;
  map.size = 100;
  map.add({0, 100, 50});
  const auto mapped = map_through(map, inner, 900);
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->extents, (std::vector<FileExtent>{{0, 50, 50950}, {50, 50, 90000}}));
  EXPECT_FALSE(map_through(map, inner, 1900));
}

}  // namespace
}  // namespace pidometer
