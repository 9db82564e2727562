#include "tsk_reader/file_system/xfs/xfs_superblock.h"

#include <gtest/gtest.h>

#include "tests/support/xfs_bytes.h"

namespace pidometer {
namespace {

TEST(XfsSuperblock, GeometryAndFeatures) {
  const XfsSuperblock v5 = xfs_geometry();
  EXPECT_TRUE(v5.v5);
  EXPECT_TRUE(v5.checksum_good);
  EXPECT_TRUE(v5.file_type);
  EXPECT_FALSE(v5.folds_case);
  EXPECT_EQ(v5.size(), 180U * 1024);
  EXPECT_EQ(v5.directory_block_size(), 1024U);
  EXPECT_EQ(v5.root_inode, 16U);
  const XfsSuperblock v4 = xfs_geometry(false);
  EXPECT_FALSE(v4.v5);
  EXPECT_TRUE(v4.file_type);
}

TEST(XfsSuperblock, BlocksOfGroupsThatAreNoPowerOfTwo) {
  const XfsSuperblock super = xfs_geometry();
  const struct {
    std::uint64_t block;
    std::uint64_t count;
    std::optional<std::uint64_t> want;
  } cases[] = {
      {0, 1, 0},
      {99, 1, 99 * 1024},
      {99, 2, std::nullopt},   // over the group's end
      {100, 1, std::nullopt},  // no such block of group 0
      {127, 1, std::nullopt},
      {128, 1, 100 * 1024},  // the first of group 1
      {128 + 79, 1, 179 * 1024},
      {128, 80, 100 * 1024},
      {128, 81, std::nullopt},
      {128 + 80, 1, std::nullopt},  // the last group is shorter
      {256, 1, std::nullopt},
      {~std::uint64_t{0}, 1, std::nullopt},
      {0, ~std::uint64_t{0}, std::nullopt},
      {std::uint64_t{1} << 63U, 1, std::nullopt},
  };
  for (const auto& one : cases)
    EXPECT_EQ(super.block_offset(one.block, one.count), one.want) << one.block;
  EXPECT_EQ(super.inode_offset(17), 8U * 1024 + 512);
  EXPECT_EQ(super.inode_offset((128 + 79) * 2 + 1), 179U * 1024 + 512);
  EXPECT_EQ(super.inode_offset((128 + 80) * 2), std::nullopt);
  EXPECT_EQ(super.inode_offset(0), std::nullopt);
  EXPECT_EQ(super.inode_offset(~std::uint64_t{0}), std::nullopt);
}

TEST(XfsSuperblock, WhatMakesNoSenseIsRefused) {
  const struct {
    const char* name;
    std::size_t at;
    std::uint64_t value;
    std::size_t width;
    ErrorKind want;
  } cases[] = {
      {"magic", 0, 0, 4, ErrorKind::unreadable},
      {"block size", 4, 2048, 4, ErrorKind::unreadable},
      {"block size of 128 KiB", 120, 17, 1, ErrorKind::unreadable},
      {"sector size", 102, 1024, 2, ErrorKind::unreadable},
      {"inode size", 104, 256, 2, ErrorKind::unreadable},
      {"inodes a block", 123, 2, 1, ErrorKind::unreadable},
      {"bits of a group", 124, 8, 1, ErrorKind::unreadable},
      {"directory block of 128 KiB", 192, 7, 1, ErrorKind::unreadable},
      {"directory block log of 255", 192, 255, 1, ErrorKind::unreadable},
      {"no group", 88, 0, 4, ErrorKind::unreadable},
      {"group of 0", 84, 0, 4, ErrorKind::unreadable},
      {"more groups", 88, 3, 4, ErrorKind::unreadable},
      {"more blocks", 8, 201, 8, ErrorKind::unreadable},
      {"2^64 blocks", 8, ~std::uint64_t{0}, 8, ErrorKind::unreadable},
      {"root", 56, 200, 8, ErrorKind::unreadable},
      {"version 3", 100, 0xb4a3, 2, ErrorKind::unsupported},
      {"version 6", 100, 0xb4a6, 2, ErrorKind::unsupported},
      {"old directories", 100, 0x94a5, 2, ErrorKind::unsupported},
      {"unknown feature", 216, 0x80000003, 4, ErrorKind::unsupported},
      {"zoned", 216, 0x203, 4, ErrorKind::unsupported},
  };
  for (const auto& one : cases) {
    std::string sector = xfs_superblock();
    put_be(sector, one.at, one.value, one.width);
    const auto super = parse_xfs_superblock(as_bytes(sector));
    ASSERT_FALSE(super) << one.name;
    EXPECT_EQ(super.error().kind, one.want) << one.name;
  }
  for (const std::size_t size : {0U, 3U, 4U, 100U, 224U, 300U}) {
    const std::string sector = xfs_superblock().substr(0, size);
    const bool parsed = parse_xfs_superblock(as_bytes(sector)).has_value();
    EXPECT_EQ(parsed, size >= 224) << size;
  }
}

TEST(XfsSuperblock, FeaturesThatAreNotReadAreNamed) {
  std::string sector = xfs_superblock();
  put_be(sector, 216, 0x80000a03, 4);
  const auto super = parse_xfs_superblock(as_bytes(sector));
  ASSERT_FALSE(super);
  EXPECT_EQ(super.error().reason, "zoned, incompatible bit 11, incompatible bit 31");
}

TEST(XfsSuperblock, StatesAndTheOtherUuid) {
  std::string sector = xfs_superblock();
  put_be(sector, 216, 0x3 | 0x4 | 0x10 | 0x100, 4);
  sector[126] = 1;
  sector.replace(248, 16, "the other uuid..");
  auto super = parse_xfs_superblock(as_bytes(sector));
  ASSERT_TRUE(super);
  EXPECT_FALSE(super->checksum_good);
  EXPECT_TRUE(super->needs_repair);
  EXPECT_TRUE(super->metadata_tree);
  EXPECT_TRUE(super->in_progress);
  EXPECT_EQ(super->uuid[0], std::byte{'t'});
  EXPECT_EQ(super->user_uuid[0], std::byte{'0'});
}

}  // namespace
}  // namespace pidometer
