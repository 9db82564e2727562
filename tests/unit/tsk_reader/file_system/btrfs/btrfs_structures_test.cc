#include <gtest/gtest.h>

#include <string>

#include "tsk_reader/file_system/btrfs/btrfs_chunk_map.h"
#include "tsk_reader/file_system/btrfs/btrfs_items.h"
#include "tsk_reader/file_system/btrfs/btrfs_tree_block.h"

namespace pidometer {
namespace {

using Bytes = std::vector<std::byte>;

void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  if (bytes.size() < at + width) bytes.resize(at + width);
  for (std::size_t i = 0; i < width; ++i) bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
}

BtrfsChunk chunk(std::uint64_t logical, std::uint64_t length, std::uint64_t type,
                 std::vector<BtrfsChunk::Stripe> stripes) {
  return {logical, length, type, std::move(stripes)};
}

BtrfsSuper super_of_device(std::uint64_t id) {
  BtrfsSuper super;
  super.device_id = id;
  return super;
}

TEST(BtrfsChunkMapTest, overlapping_chunks_are_refused) {
  const BtrfsSuper super = super_of_device(1);
  BtrfsChunkMap map(super);
  EXPECT_TRUE(map.add(chunk(1000, 1000, 0, {{1, 0, {}}})));
  EXPECT_TRUE(map.add(chunk(1000, 1000, 0, {{1, 0, {}}})));  // the same again
  EXPECT_FALSE(map.add(chunk(1000, 500, 0, {{1, 0, {}}})));
  EXPECT_FALSE(map.add(chunk(1999, 1, 0, {{1, 0, {}}})));
  EXPECT_FALSE(map.add(chunk(500, 501, 0, {{1, 0, {}}})));
  EXPECT_TRUE(map.add(chunk(2000, 1, 0, {{1, 0, {}}})));
}

TEST(BtrfsChunkMapTest, profiles) {
  constexpr std::uint64_t kRaid0 = 8;
  constexpr std::uint64_t kRaid1 = 16;
  constexpr std::uint64_t kDup = 32;
  struct Row {
    BtrfsChunk chunk;
    std::vector<std::uint64_t> copies;
    std::string why;
  };
  const Row rows[] = {
      {chunk(0, 100, 0, {{1, 5000, {}}}), {5010}, ""},
      {chunk(0, 100, 0, {{2, 5000, {}}}),
       {},
       "lies on device 2 of the btrfs filesystem, not in this image"},
      {chunk(0, 100, kDup, {{1, 5000, {}}, {1, 6000, {}}}), {5010, 6010}, ""},
      {chunk(0, 100, kRaid1, {{2, 5000, {}}, {1, 6000, {}}}), {6010}, ""},
      {chunk(0, 100, kRaid0, {{1, 5000, {}}}), {5010}, ""},
      {chunk(0, 100, kRaid0, {{1, 5000, {}}, {2, 6000, {}}}),
       {},
       "lies in btrfs RAID0 over 2 devices, which is not read"},
  };
  const BtrfsSuper super = super_of_device(1);
  for (const Row& row : rows) {
    BtrfsChunkMap map(super);
    ASSERT_TRUE(map.add(row.chunk));
    const BtrfsPlace place = map.find(10);
    EXPECT_EQ(place.copies, row.copies);
    EXPECT_EQ(place.why_none, row.why);
    EXPECT_EQ(place.length, 90U);
    EXPECT_EQ(map.find(100).why_none, "btrfs knows no place for it");
  }
}

TEST(BtrfsChunkMapTest, chunk_items_that_make_no_sense) {
  Bytes item(48 + 32);
  put(item, 0, 4096, 8);
  put(item, 44, 1, 2);
  const BtrfsKey key{256, btrfs_item::chunk, 1 << 20};
  EXPECT_TRUE(parse_btrfs_chunk(key, item).has_value());
  EXPECT_FALSE(parse_btrfs_chunk(key, std::span(item).first(79)).has_value());
  EXPECT_FALSE(parse_btrfs_chunk({256, 1, 0}, item).has_value());
  EXPECT_FALSE(parse_btrfs_chunk({256, btrfs_item::chunk, ~0ULL - 4000}, item).has_value());
  put(item, 44, 2, 2);  // a second stripe is not there
  EXPECT_FALSE(parse_btrfs_chunk(key, item).has_value());
  put(item, 44, 0, 2);
  EXPECT_FALSE(parse_btrfs_chunk(key, item).has_value());
}

TEST(BtrfsTreeBlockTest, hostile_headers_and_items) {
  Bytes bytes(4096);
  put(bytes, 96, 2, 4);
  put(bytes, 101, 5, 8);  // key 5
  put(bytes, 101 + 17, 3900, 4);
  put(bytes, 101 + 21, 95, 4);  // ends with the block
  put(bytes, 126, 6, 8);        // key 6
  put(bytes, 126 + 17, 0xffffffff, 4);
  put(bytes, 126 + 21, 0xffffffff, 4);
  const BtrfsTreeBlock block(bytes);
  EXPECT_EQ(block.fault(), "");
  EXPECT_EQ(block.count(), 2U);
  EXPECT_EQ(block.data(0).size(), 95U);
  EXPECT_FALSE(block.has_data(1));
  EXPECT_TRUE(block.data(1).empty());

  put(bytes, 126, 5, 8);
  EXPECT_EQ(BtrfsTreeBlock(bytes).fault(), "its keys are out of order");
  put(bytes, 96, 160, 4);  // 159 items of 25 bytes fit
  EXPECT_EQ(BtrfsTreeBlock(bytes).fault(), "it claims more items than fit");
  EXPECT_EQ(BtrfsTreeBlock(bytes).count(), 0U);
  put(bytes, 100, 8, 1);
  EXPECT_EQ(BtrfsTreeBlock(bytes).fault(), "it is no tree block");
  EXPECT_EQ(BtrfsTreeBlock(Bytes(10)).count(), 0U);
}

TEST(BtrfsItemsTest, names_that_run_past_their_item) {
  Bytes item(30);
  put(item, 27, 4, 2);
  item.resize(34, std::byte{'x'});
  std::vector<BtrfsName> names;
  EXPECT_TRUE(parse_btrfs_names(item, names));
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].name, "xxxx");
  EXPECT_FALSE(parse_btrfs_names(std::span(item).first(33), names));
  put(item, 25, 1, 2);  // data behind the name
  EXPECT_FALSE(parse_btrfs_names(item, names));
  EXPECT_EQ(names.size(), 1U);
}

}  // namespace
}  // namespace pidometer
