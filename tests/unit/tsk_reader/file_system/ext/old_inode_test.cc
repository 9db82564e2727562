#include "tsk_reader/file_system/ext/old_inode.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/made_ext.h"

namespace pidometer {
namespace {

using test::MadeInode;
using test::put_extent;
using test::put_extent_header;
using test::put_extent_index;
using test::put_le;

constexpr std::uint32_t kBlock = 1024;
constexpr std::uint64_t kBlocks = 100'000;
constexpr std::size_t kMap = 40;  ///< i_block in the inode

std::span<const std::byte> raw(const std::string& bytes) {
  return std::as_bytes(std::span(bytes));
}

/// Blocks of the map as they were; all others are lost.
using MapBlocks = std::map<std::uint64_t, std::string>;

FileMap map_of(const std::string& inode, const MapBlocks& blocks = {},
               std::uint32_t block_size = kBlock) {
  return map_old_inode(parse_old_inode(raw(inode)), block_size, kBlocks,
                       [&](std::uint64_t block, std::span<std::byte> out) {
                         const auto found = blocks.find(block);
                         if (found == blocks.end()) return false;
                         const auto bytes = raw(found->second);
                         std::copy(bytes.begin(), bytes.end(), out.begin());
                         return true;
                       });
}

using Extents = std::vector<FileExtent>;

std::vector<ByteRange> lost(const FileMap& map) {
  std::vector<ByteRange> ranges;
  for (const DamagedRange& one : map.lost.all()) ranges.push_back(one.range);
  return ranges;
}
using Ranges = std::vector<ByteRange>;

TEST(OldInode, ReadsItsFields) {
  std::string bytes = MadeInode{.mode = 0100640,
                                .links = 2,
                                .generation = 0xCAFE,
                                .size = (std::uint64_t{3} << 32) + 7,
                                .modified = 1'700'000'000}
                          .bytes();
  put_le(bytes, 20, 1'700'000'099, 4);
  bytes[kMap + 59] = 'z';
  const OldInode inode = parse_old_inode(raw(bytes));
  EXPECT_EQ(inode.mode, 0100640);
  EXPECT_EQ(inode.links, 2);
  EXPECT_EQ(inode.generation, 0xCAFEU);
  EXPECT_EQ(inode.size, (std::uint64_t{3} << 32) + 7);
  EXPECT_EQ(inode.deleted, 1'700'000'099U);
  EXPECT_EQ(inode.modified, Timestamp(std::chrono::seconds(1'700'000'000)));
  EXPECT_EQ(inode.block[59], std::byte{'z'});
  EXPECT_TRUE(inode.is_regular_file());
  EXPECT_TRUE(inode.has_extents());
  EXPECT_FALSE(inode.has_no_map());
}

TEST(OldInode, ReadsTimesBeyond2038WhereTheInodeHasRoomForThem) {
  const std::int64_t late = (std::int64_t{1} << 32) + 5;  // 2106
  std::string bytes = MadeInode{.modified = late}.bytes();
  EXPECT_EQ(parse_old_inode(raw(bytes)).modified, Timestamp(std::chrono::seconds(late)));
  // i_extra_isize says that i_mtime_extra is not there: those bytes are an attribute's.
  put_le(bytes, 128, 8, 2);
  EXPECT_EQ(parse_old_inode(raw(bytes)).modified, Timestamp(std::chrono::seconds(5)));
  // ext2's and ext3's inodes of 128 bytes.
  EXPECT_EQ(parse_old_inode(raw(bytes).first(128)).modified, Timestamp(std::chrono::seconds(5)));
  // Before 1970.
  put_le(bytes, 16, 0xFFFFFFFF, 4);
  EXPECT_EQ(parse_old_inode(raw(bytes)).modified, Timestamp(std::chrono::seconds(-1)));
}

TEST(OldInode, IsNothingWhereItsBytesAreCut) {
  const std::string bytes = MadeInode{.size = 5}.bytes();
  for (const std::size_t size : {0U, 1U, 127U}) {
    const OldInode inode = parse_old_inode(raw(bytes).first(size));
    EXPECT_FALSE(inode.is_regular_file());
    EXPECT_EQ(inode.size, 0U);
    EXPECT_FALSE(inode.modified);
  }
}

TEST(OldInode, TellsKindsApart) {
  for (const auto& [mode, regular] : {std::pair<std::uint16_t, bool>{0100644, true},
                                      {0040755, false},
                                      {0120777, false},
                                      {0140755, false},
                                      {0, false}})
    EXPECT_EQ(parse_old_inode(raw(MadeInode{.mode = mode}.bytes())).is_regular_file(), regular);
  EXPECT_TRUE(parse_old_inode(raw(MadeInode{.flags = 0x10080000}.bytes())).has_no_map());  // inline
  EXPECT_TRUE(parse_old_inode(raw(MadeInode{.flags = 0x00080800}.bytes())).has_no_map());  // key
}

TEST(OldInodeMap, FollowsExtentsAndLeavesHoles) {
  std::string inode = MadeInode{.size = 10 * kBlock - 100}.bytes();
  put_extent_header(inode, kMap, 3, 0);
  put_extent(inode, kMap, 0, 0, 2, 50);
  put_extent(inode, kMap, 1, 4, 32768 + 3, 60);  // preallocated: zeros
  put_extent(inode, kMap, 2, 8, 2, 70);
  const FileMap map = map_of(inode);
  EXPECT_EQ(map.size, 10U * kBlock - 100);
  EXPECT_EQ(map.extents,
            (Extents{{0, 2 * kBlock, 50 * kBlock}, {8 * kBlock, 2 * kBlock - 100, 70 * kBlock}}));
  EXPECT_EQ(lost(map), Ranges{});
  EXPECT_FALSE(map.missing_tail);
}

TEST(OldInodeMap, LosesTheReachOfANodeThatIsOverwritten) {
  std::string inode = MadeInode{.size = 30 * kBlock}.bytes();
  put_extent_header(inode, kMap, 3, 1);
  put_extent_index(inode, kMap, 0, 0, 7);
  put_extent_index(inode, kMap, 1, 10, 8);
  put_extent_index(inode, kMap, 2, 20, 9);
  std::string first(kBlock, '\0');
  put_extent_header(first, 0, 1, 0);
  put_extent(first, 0, 0, 0, 10, 100);
  std::string last(kBlock, '\0');
  put_extent_header(last, 0, 1, 0);
  put_extent(last, 0, 0, 20, 10, 300);
  const Extents want{{0, 10 * kBlock, 100 * kBlock}, {20 * kBlock, 10 * kBlock, 300 * kBlock}};
  // It cannot be read; it is another block by now; it says another depth; it names no block.
  std::string deep = first;
  put_extent_header(deep, 0, 1, 1);
  std::string beyond = first;
  put_extent(beyond, 0, 0, 10, 10, kBlocks - 9);
  for (const auto& middle : {std::optional<std::string>(), std::optional(std::string(kBlock, 'x')),
                             std::optional(deep), std::optional(beyond)}) {
    MapBlocks blocks{{7, first}, {9, last}};
    if (middle) blocks[8] = *middle;
    const FileMap map = map_of(inode, blocks);
    EXPECT_EQ(map.extents, want);
    EXPECT_EQ(lost(map), (Ranges{{10 * kBlock, 20 * kBlock}}));
    EXPECT_EQ(map.lost.all()[0].reason, "the map of its blocks was overwritten since");
  }
}

TEST(OldInodeMap, LosesWhatComesBehindDisorder) {
  std::string inode = MadeInode{.size = 10 * kBlock}.bytes();
  put_extent_header(inode, kMap, 3, 0);
  put_extent(inode, kMap, 0, 0, 4, 50);
  put_extent(inode, kMap, 1, 3, 4, 60);  // overlaps the one before
  put_extent(inode, kMap, 2, 8, 2, 70);
  const FileMap map = map_of(inode);
  EXPECT_EQ(map.extents, (Extents{{0, 4 * kBlock, 50 * kBlock}}));
  EXPECT_EQ(lost(map), (Ranges{{4 * kBlock, 10 * kBlock}}));
}

TEST(OldInodeMap, RefusesRootsThatMakeNoSense) {
  const auto broken = [](auto change) {
    std::string inode = MadeInode{.size = 4 * kBlock}.bytes();
    put_extent_header(inode, kMap, 1, 0);
    put_extent(inode, kMap, 0, 0, 4, 50);
    change(inode);
    return map_of(inode);
  };
  EXPECT_EQ(broken([](std::string&) {}).extents.size(), 1U);
  for (const FileMap& map :
       {broken([](std::string& inode) { inode[kMap] = 'x'; }),
        broken([](std::string& inode) { put_extent_header(inode, kMap, 5, 0); }),
        broken([](std::string& inode) { put_extent_header(inode, kMap, 1, 6); }),
        broken([](std::string& inode) { put_extent(inode, kMap, 0, 0, 0, 50); }),
        broken([](std::string& inode) { put_extent(inode, kMap, 0, 0, 4, 0); }),
        broken([](std::string& inode) { put_extent(inode, kMap, 0, 0, 4, kBlocks); }),
        broken([](std::string& inode) { put_extent(inode, kMap, 0, 0, 4, kBlocks - 3); }),
        broken([](std::string& inode) { put_extent(inode, kMap, 0, 0, 4, 1ULL << 47); })}) {
    EXPECT_EQ(map.extents, Extents{});
    EXPECT_EQ(lost(map), (Ranges{{0, 4 * kBlock}}));
  }
}

TEST(OldInodeMap, FollowsTheBlockMapOfExt2AndExt3) {
  // 12 direct blocks, 256 by a block of pointers, more by two levels of them.
  const std::uint64_t size = (12 + 256 + 300) * kBlock - 1;
  std::string inode = MadeInode{.flags = 0, .size = size}.bytes();
  for (std::size_t i = 0; i < 12; ++i) put_le(inode, kMap + 4 * i, i == 5 ? 0 : 1000 + i, 4);
  put_le(inode, kMap + 48, 1, 4);
  put_le(inode, kMap + 52, 2, 4);
  const auto pointers = [](std::uint64_t first, std::size_t count) {
    std::string block(kBlock, '\0');
    for (std::size_t i = 0; i < count; ++i) put_le(block, 4 * i, first + i, 4);
    return block;
  };
  MapBlocks blocks{{1, pointers(2000, 256)},
                   {2, pointers(3, 2)},
                   {3, pointers(3000, 256)},
                   {4, pointers(4000, 256)}};
  const FileMap map = map_of(inode, blocks);
  EXPECT_EQ(map.extents, (Extents{{0, 5 * kBlock, 1000 * kBlock},
                                  {6 * kBlock, 6 * kBlock, 1006 * kBlock},
                                  {12 * kBlock, 256 * kBlock, 2000 * kBlock},
                                  {268 * kBlock, 256 * kBlock, 3000 * kBlock},
                                  {524 * kBlock, 44 * kBlock - 1, 4000 * kBlock}}));
  EXPECT_EQ(lost(map), Ranges{});
  // A block of pointers that is lost loses what it reached, and no more.
  blocks.erase(3);
  EXPECT_EQ(lost(map_of(inode, blocks)), (Ranges{{268 * kBlock, 524 * kBlock}}));
  blocks.erase(1);
  EXPECT_EQ(lost(map_of(inode, blocks)), (Ranges{{12 * kBlock, 524 * kBlock}}));
}

TEST(OldInodeMap, CutsAFileThatNoVolumeHolds) {
  std::string inode = MadeInode{.size = std::uint64_t{1} << 60}.bytes();
  put_extent_header(inode, kMap, 1, 0);
  put_extent(inode, kMap, 0, 0, 4, 50);
  const FileMap map = map_of(inode);
  EXPECT_EQ(map.extents, (Extents{{0, 4 * kBlock, 50 * kBlock}}));
  EXPECT_EQ(map.size, 4U * kBlock);
  ASSERT_TRUE(map.missing_tail);
  EXPECT_EQ(map.missing_tail->range, (ByteRange{4 * kBlock, std::uint64_t{1} << 60}));
}

TEST(OldInodeMap, EndsWhereItsMapGoesRoundInCircles) {
  std::string inode = MadeInode{.flags = 0, .size = std::uint64_t{1} << 40}.bytes();
  std::string own(kBlock, '\0');
  for (std::size_t i = 0; i < 256; ++i) put_le(own, 4 * i, 9, 4);  // itself, at every level
  for (std::size_t i = 12; i < 15; ++i) put_le(inode, kMap + 4 * i, 9, 4);
  std::uint64_t mapped = 0;
  for (const FileExtent& extent : map_of(inode, {{9, own}}).extents) mapped += extent.length;
  EXPECT_LE(mapped, kBlocks * kBlock);
}

}  // namespace
}  // namespace pidometer
