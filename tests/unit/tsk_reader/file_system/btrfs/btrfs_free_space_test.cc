#include "tsk_reader/file_system/btrfs/btrfs_free_space.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

using Kind = BtrfsFileExtent::Kind;

BtrfsFileExtent extent(std::uint64_t begin, Kind kind, std::uint64_t disk, std::uint64_t length) {
  BtrfsFileExtent one;
  one.begin = begin;
  one.kind = kind;
  one.disk = disk;
  one.disk_bytes = length;
  one.length = length;
  return one;
}

TEST(BtrfsSlack, IsWhatWasNeverWrittenAndWhatIsBehindTheEnd) {
  BtrfsSuper super;
  super.device_id = 1;
  BtrfsChunkMap chunks(super);
  BtrfsChunk chunk;
  chunk.logical = 1 << 20;
  chunk.length = 1 << 20;
  chunk.stripes = {{1, 5 << 20, {}}};
  ASSERT_TRUE(chunks.add(chunk));
  const std::uint64_t logical = 1 << 20;
  const std::uint64_t place = 5 << 20;
  std::vector<BtrfsFileExtent> extents{extent(0, Kind::regular, logical, 8192),
                                       extent(8192, Kind::preallocated, logical + 16384, 4096),
                                       extent(12288, Kind::regular, logical + 32768, 8192)};
  EXPECT_EQ(btrfs_slack(chunks, extents, 13000),
            (std::vector<ByteRange>{{place + 16384, place + 20480},
                                    {place + 32768 + 712, place + 32768 + 8192}}));
  // A packed extent's bytes are no file's bytes, and holes have none.
  extents = {extent(0, Kind::regular, logical, 8192), extent(8192, Kind::regular, 0, 4096)};
  extents[0].compression = 1;
  EXPECT_TRUE(btrfs_slack(chunks, extents, 100).empty());
}

}  // namespace
}  // namespace pidometer
