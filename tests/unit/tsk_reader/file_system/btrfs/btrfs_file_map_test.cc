#include "tsk_reader/file_system/btrfs/btrfs_file_map.h"

#include <gtest/gtest.h>

#include <string>

#include "tsk_reader/file_system/btrfs/btrfs_log.h"
#include "tsk_reader/file_system/btrfs/btrfs_unpack.h"

namespace pidometer {
namespace {

using Kind = BtrfsFileExtent::Kind;

BtrfsSuper small_super() {
  BtrfsSuper super;
  super.sector_size = 4096;
  super.node_size = 16384;
  super.total_bytes = 1 << 20;
  return super;
}

BtrfsFileExtent plain(std::uint64_t begin, std::uint64_t length, std::uint64_t disk,
                      std::uint64_t skip = 0) {
  BtrfsFileExtent extent;
  extent.begin = begin;
  extent.length = length;
  extent.disk = disk;
  extent.disk_bytes = skip + length;
  extent.unpacked = skip + length;
  extent.skip = skip;
  return extent;
}

BtrfsFileMap map_of(std::uint64_t size, std::vector<BtrfsFileExtent> extents,
                    const BtrfsLostKeys& lost = {}) {
  BtrfsInode inode;
  inode.size = size;
  return map_btrfs_file(small_super(), 257, inode, std::move(extents), lost);
}

TEST(BtrfsFileMapTest, a_piece_begins_within_its_extent) {
  const BtrfsFileMap map = map_of(10'000, {plain(4096, 8192, 1 << 20, 4096)});
  ASSERT_EQ(map.pieces.size(), 1U);
  EXPECT_EQ(map.pieces[0].logical, (1U << 20) + 4096U);
  EXPECT_EQ(map.pieces[0].length, 10'000U - 4096U);
  EXPECT_TRUE(map.lost.empty());
}

TEST(BtrfsFileMapTest, what_makes_no_sense_is_lost_and_said) {
  BtrfsFileExtent past = plain(0, 4096, 1 << 20);
  past.disk_bytes = 0;
  BtrfsFileExtent large = plain(0, 4096, 1 << 20);
  large.compression = 3;
  large.unpacked = 1 << 20;
  BtrfsFileExtent secret = plain(0, 4096, 1 << 20);
  secret.encoded = true;
  struct Row {
    std::vector<BtrfsFileExtent> extents;
    ByteRange lost;
    std::string reason;
  };
  const Row rows[] = {
      {{plain(0, 4095, 1 << 20)}, {0, 4095}, "its extent is corrupt"},
      {{past}, {0, 4096}, "its extent is corrupt"},
      {{large}, {0, 4096}, "its compressed extent is larger than any"},
      {{secret}, {0, 4096}, "the file is encrypted"},
      {{plain(0, 8192, 1 << 20), plain(4096, 4096, 1 << 20)},
       {8192, 20'000},
       "the file's extents overlap"},
  };
  for (const Row& row : rows) {
    const BtrfsFileMap map = map_of(20'000, row.extents);
    ASSERT_EQ(map.lost.all().size(), 1U) << row.reason;
    EXPECT_EQ(map.lost.all()[0], (DamagedRange{row.lost, row.reason}));
  }
}

TEST(BtrfsFileMapTest, lost_keys_are_lost_bytes_where_nothing_covers_them) {
  const BtrfsLostKeys lost{{{257, btrfs_item::extent_data, 4096}, {258, 1, 0}}};
  const BtrfsFileMap map = map_of(20'000, {plain(0, 8192, 1 << 20)}, lost);
  ASSERT_EQ(map.lost.all().size(), 1U);
  EXPECT_EQ(map.lost.all()[0].range, (ByteRange{8192, 20'000}));
}

TEST(BtrfsFileMapTest, zeros_without_end_are_cut) {
  const BtrfsFileMap map = map_of(std::uint64_t{1} << 60, {plain(0, 4096, 1 << 20)});
  EXPECT_EQ(map.size, 4096U);
  ASSERT_TRUE(map.missing_tail.has_value());
  EXPECT_EQ(map.missing_tail->range, (ByteRange{4096, std::uint64_t{1} << 60}));
}

TEST(BtrfsLogTest, logged_extents_replace_what_they_cover) {
  const auto got = overlay_btrfs_extents({plain(0, 12'288, 1 << 20), plain(16'384, 8192, 1 << 21)},
                                         {plain(4096, 4096, 1 << 22)}, 18'000, 4096);
  ASSERT_EQ(got.size(), 4U);
  EXPECT_EQ(got[0].length, 4096U);
  EXPECT_EQ(got[1].disk, 1U << 22);
  EXPECT_EQ((std::pair{got[2].begin, got[2].skip}),
            (std::pair<std::uint64_t, std::uint64_t>{8192, 8192}));
  EXPECT_EQ(got[3].length, 4096U);  // the rest lies past the end of the file
}

TEST(BtrfsLogTest, changed_ranges) {
  const BtrfsFileMap then = map_of(12'288, {plain(0, 12'288, 1 << 20)});
  const BtrfsFileMap now = map_of(16'000, {plain(0, 4096, 1 << 20), plain(4096, 4096, 1 << 22),
                                           plain(8192, 8192, 1 << 20, 8192)});
  EXPECT_EQ(btrfs_changed_ranges(then, now),
            (std::vector<ByteRange>{{4096, 8192}, {12'288, 16'000}}));
  EXPECT_EQ(btrfs_changed_ranges(now, now), std::vector<ByteRange>{});
}

TEST(BtrfsUnpackTest, hostile_packed_bytes) {
  const std::vector<std::byte> noise(4096, std::byte{0xff});
  for (std::uint8_t kind = 1; kind <= 4; ++kind) {
    EXPECT_NE(unpack_btrfs_extent(kind, noise, 4096, 4096).failure, "") << int{kind};
    EXPECT_NE(unpack_btrfs_extent(kind, {}, 4096, 4096).failure, "") << int{kind};
    EXPECT_NE(unpack_btrfs_extent(kind, noise, 1 << 20, 4096).failure, "") << int{kind};
  }
}

}  // namespace
}  // namespace pidometer
