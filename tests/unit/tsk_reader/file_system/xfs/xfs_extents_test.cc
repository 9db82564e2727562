#include "tsk_reader/file_system/xfs/xfs_extents.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"
#include "tests/support/xfs_bytes.h"

namespace pidometer {
namespace {

void put_extent(std::string& bytes, std::size_t at, const XfsExtent& extent) {
  put_be(bytes, at,
         std::uint64_t{extent.unwritten} << 63U | extent.begin << 9U | extent.start >> 43U, 8);
  put_be(bytes, at + 8, extent.start << 21U | extent.count, 8);
}

/// A block of a file's map at block `number` of the volume, sealed.
void put_map_block(std::string& volume, std::uint64_t number, std::uint32_t level,
                   const std::vector<std::pair<std::uint64_t, std::uint64_t>>& children,
                   const std::vector<XfsExtent>& extents) {
  const std::size_t at = number * 1024;
  volume.replace(at, 1024, std::string(1024, '\0'));
  volume.replace(at, 4, "BMA3");
  put_be(volume, at + 4, level, 2);
  put_be(volume, at + 6, level == 0 ? extents.size() : children.size(), 2);
  put_be(volume, at + 24, at / 512, 8);
  volume.replace(at + 40, 16, kXfsUuid);
  put_be(volume, at + 56, 20, 8);
  constexpr std::size_t kRoom = (1024 - 72) / 16;
  for (std::size_t i = 0; i < children.size(); ++i) {
    put_be(volume, at + 72 + i * 8, children[i].first, 8);
    put_be(volume, at + 72 + (kRoom + i) * 8, children[i].second, 8);
  }
  for (std::size_t i = 0; i < extents.size(); ++i) put_extent(volume, at + 72 + i * 16, extents[i]);
  seal_xfs(volume, at, 1024, 64);
}

XfsInode list_inode(const std::vector<XfsExtent>& extents) {
  XfsInode inode;
  inode.number = 20;
  inode.format = XfsForkFormat::extents;
  inode.extents = extents.size();
  std::string fork(336, '\0');
  for (std::size_t i = 0; i < extents.size(); ++i) put_extent(fork, i * 16, extents[i]);
  inode.fork.assign(as_bytes(fork).begin(), as_bytes(fork).end());
  return inode;
}

XfsInode tree_inode(std::uint32_t level,
                    const std::vector<std::pair<std::uint64_t, std::uint64_t>>& children,
                    std::uint64_t extents) {
  XfsInode inode;
  inode.number = 20;
  inode.format = XfsForkFormat::btree;
  inode.extents = extents;
  std::string fork(336, '\0');
  put_be(fork, 0, level, 2);
  put_be(fork, 2, children.size(), 2);
  for (std::size_t i = 0; i < children.size(); ++i) {
    put_be(fork, 4 + i * 8, children[i].first, 8);
    put_be(fork, 4 + (336 - 4) / 16 * 8 + i * 8, children[i].second, 8);
  }
  inode.fork.assign(as_bytes(fork).begin(), as_bytes(fork).end());
  return inode;
}

struct Read {
  XfsExtentList list;
  std::size_t warnings;
};
Read read(const std::string& bytes, const XfsInode& inode, std::vector<DamagedRange> bad = {}) {
  MemorySource source(bytes, std::move(bad));
  XfsVolume volume(source, xfs_geometry());
  XfsExtentList list = read_xfs_extents(volume, inode);
  return {std::move(list), volume.warnings().size()};
}
std::string volume_bytes() {
  return std::string(180 * 1024, '\0');
}
std::vector<ByteRange> ranges(const DamageList& list) {
  std::vector<ByteRange> out;
  for (const DamagedRange& one : list.all()) out.push_back(one.range);
  return out;
}

TEST(XfsExtents, RecordsOf128Bits) {
  for (const XfsExtent& extent :
       std::vector<XfsExtent>{{0, 1, 1, false},
                              {(1ULL << 54U) - 1, (1ULL << 52U) - 1, (1U << 21U) - 1, true},
                              {5, 1ULL << 43U, 3, false},
                              {1ULL << 53U, 7, 1, true}}) {
    std::string bytes;
    put_extent(bytes, 0, extent);
    EXPECT_EQ(parse_xfs_extent(as_bytes(bytes)), extent);
  }
}

TEST(XfsExtents, ListsAndWhatIsWrongWithThem) {
  constexpr std::uint64_t kEnd = kXfsBlockLimit;
  const struct {
    const char* name;
    std::vector<XfsExtent> extents;
    std::size_t taken;
    std::vector<ByteRange> lost;
  } cases[] = {
      {"none", {}, 0, {}},
      {"two groups", {{0, 50, 3, false}, {3, 128, 80, false}, {100, 10, 1, true}}, 3, {}},
      {"overlap", {{0, 50, 3, false}, {2, 60, 3, false}, {9, 70, 1, false}}, 1, {{3, kEnd}}},
      {"empty", {{0, 50, 0, false}}, 0, {{0, kEnd}}},
      {"over a group's end", {{0, 99, 2, false}, {5, 60, 3, false}}, 1, {{0, 2}}},
      {"outside", {{0, 60, 1, false}, {5, 300, 3, false}, {9, 61, 1, false}}, 2, {{5, 8}}},
      {"the whole filesystem twice",
       {{0, 0, 100, false}, {100, 128, 80, false}, {180, 0, 1, false}},
       2,
       {{180, kEnd}}},
      {"past 2^54", {{kEnd - 1, 60, 2, false}}, 0, {{0, kEnd}}},
  };
  for (const auto& one : cases) {
    const Read result = read(volume_bytes(), list_inode(one.extents));
    EXPECT_EQ(result.list.extents.size(), one.taken) << one.name;
    EXPECT_EQ(ranges(result.list.lost), one.lost) << one.name;
    EXPECT_EQ(result.warnings > 0, !one.lost.empty()) << one.name;
  }
  XfsInode claims = list_inode({{0, 50, 3, false}});
  claims.extents = 22;
  EXPECT_FALSE(read(volume_bytes(), claims).list.lost.empty());
}

TEST(XfsExtents, TreesOfTwoLevels) {
  std::string bytes = volume_bytes();
  put_map_block(bytes, 30, 1, {{0, 31}, {50, 128 + 1}}, {});
  put_map_block(bytes, 31, 0, {}, {{0, 60, 1, false}, {10, 62, 1, false}});
  put_map_block(bytes, 101, 0, {}, {{50, 64, 1, true}, {60, 66, 2, false}});
  const XfsInode inode = tree_inode(2, {{0, 30}}, 4);
  Read sound = read(bytes, inode);
  EXPECT_EQ(sound.list.extents,
            (std::vector<XfsExtent>{
                {0, 60, 1, false}, {10, 62, 1, false}, {50, 64, 1, true}, {60, 66, 2, false}}));
  EXPECT_TRUE(sound.list.lost.empty());
  EXPECT_FALSE(sound.list.doubtful);
  EXPECT_EQ(sound.warnings, 0U);

  // A wrong checksum: told, and read.
  std::string flipped = bytes;
  flipped[31 * 1024 + 900] = 'x';
  EXPECT_EQ(read(flipped, inode).list.extents.size(), 4U);
  EXPECT_TRUE(read(flipped, inode).list.doubtful);
  EXPECT_EQ(read(flipped, inode).warnings, 1U);
  // A child that is no map loses what it maps, and the other one does not.
  std::string lost = bytes;
  lost.replace(31 * 1024, 4, "XXXX");
  EXPECT_EQ(read(lost, inode).list.extents.size(), 2U);
  EXPECT_EQ(ranges(read(lost, inode).list.lost), (std::vector<ByteRange>{{0, 50}}));
  // So does a damaged one.
  const Read damaged = read(bytes, inode, {{{101 * 1024, 102 * 1024}, "bad"}});
  EXPECT_EQ(ranges(damaged.list.lost), (std::vector<ByteRange>{{50, kXfsBlockLimit}}));
  EXPECT_TRUE(damaged.list.doubtful);
}

TEST(XfsExtents, HostileTrees) {
  std::string bytes = volume_bytes();
  put_map_block(bytes, 30, 1, {{0, 30}}, {});  // its own child
  EXPECT_TRUE(read(bytes, tree_inode(2, {{0, 30}}, 1)).list.extents.empty());
  EXPECT_FALSE(read(bytes, tree_inode(2, {{0, 30}}, 1)).list.lost.empty());
  put_map_block(bytes, 30, 0, {}, {{0, 60, 1, false}});
  EXPECT_FALSE(read(bytes, tree_inode(1, {{0, 30}, {0, 30}}, 2)).list.lost.empty());  // same key
  EXPECT_FALSE(read(bytes, tree_inode(1, {{0, 120}}, 1)).list.lost.empty());          // outside
  EXPECT_FALSE(read(bytes, tree_inode(0, {{0, 30}}, 1)).list.lost.empty());
  EXPECT_FALSE(read(bytes, tree_inode(40, {{0, 30}}, 1)).list.lost.empty());
  EXPECT_FALSE(read(bytes, tree_inode(1, {}, 1)).list.lost.empty());
  // Other than the inode counts: the holes are not to be trusted.
  EXPECT_TRUE(read(bytes, tree_inode(1, {{0, 30}}, 2)).list.doubtful);
  put_be(bytes, 30 * 1024 + 6, 60, 2);  // more records than the block has room for
  EXPECT_FALSE(read(bytes, tree_inode(1, {{0, 30}}, 60)).list.lost.empty());
}

TEST(XfsExtents, MapsInBytes) {
  const XfsSuperblock super = xfs_geometry();
  XfsExtentList list;
  list.extents = {{0, 50, 2, false}, {2, 52, 2, false}, {6, 60, 2, true}, {9, 128, 3, false}};
  list.lost.add({20, kXfsBlockLimit}, "gone");
  FileMap map = make_xfs_file_map(super, list, 10 * 1024 + 5);
  EXPECT_EQ(map.extents, (std::vector<FileExtent>{{0, 4096, 50 * 1024}, {9216, 1029, 100 * 1024}}));
  EXPECT_TRUE(map.lost.empty());
  list.doubtful = true;
  map = make_xfs_file_map(super, list, 30 * 1024);
  // Unwritten extents are zeros by right, holes of a doubtful map are not.
  EXPECT_EQ(ranges(map.lost),
            (std::vector<ByteRange>{{4096, 6144}, {8192, 9216}, {12288, 20480}, {20480, 30720}}));
  map = make_xfs_file_map(super, list, (1ULL << 63U) - 1);
  EXPECT_EQ(map.size, 12U * 1024);
  ASSERT_TRUE(map.missing_tail);
}

TEST(XfsExtents, SlackIsBehindTheEndOrNeverWritten) {
  const XfsSuperblock super = xfs_geometry();
  XfsExtentList list;
  list.extents = {{0, 50, 2, false}, {2, 60, 2, true}, {4, 70, 2, false}, {8, 128, 1, false}};
  EXPECT_EQ(xfs_slack(super, list, 5 * 1024 + 5),
            (std::vector<ByteRange>{
                {60 * 1024, 62 * 1024}, {71 * 1024 + 5, 72 * 1024}, {100 * 1024, 101 * 1024}}));
  list.doubtful = true;
  EXPECT_TRUE(xfs_slack(super, list, 5 * 1024).empty());
}

}  // namespace
}  // namespace pidometer
