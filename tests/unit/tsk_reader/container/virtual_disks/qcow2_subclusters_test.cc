#include <gtest/gtest.h>

#include "tests/support/memory_source.h"
#include "tests/unit/tsk_reader/container/virtual_disks/disk_test.h"
#include "tsk_reader/container/qcow2/qcow2_map.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kCluster = 16384;
constexpr std::uint64_t kSubcluster = kCluster / 32;
constexpr std::uint64_t kEntries = kCluster / 16;
constexpr std::uint64_t kCopied = std::uint64_t{1} << 63;
/// Each second subcluster is written: as many runs as an entry can tell of.
constexpr std::uint64_t kEachSecond = 0x55555555;

/// A qcow2 with extended L2 entries whose bytes lie in `bytes.img`, each cluster where the guest
/// has it: header, L1 from the second cluster on, behind it `tables` L2 tables in which all entries
/// have the bitmap. The L1's entries point to them in turn.
std::string qcow2(std::uint64_t l1_entries, std::uint64_t tables, std::uint64_t bitmap) {
  const std::uint64_t l1_clusters = (l1_entries * 8 + kCluster - 1) / kCluster;
  const std::uint64_t first = (1 + l1_clusters) * kCluster;
  std::string bytes(first + tables * kCluster, '\0');
  bytes.replace(0, 4, "QFI\xfb");
  put_be(bytes, 4, 3, 4);
  put_be(bytes, 20, 14, 4);
  put_be(bytes, 24, l1_entries * kEntries * kCluster, 8);
  put_be(bytes, 36, l1_entries, 4);
  put_be(bytes, 40, kCluster, 8);
  put_be(bytes, 72, 0x14, 8);  // external data, extended L2
  put_be(bytes, 100, 104, 4);
  put_be(bytes, 104, 0x44415441, 4);
  put_be(bytes, 108, 9, 4);
  bytes.replace(112, 9, "bytes.img");
  for (std::uint64_t i = 0; i < l1_entries; ++i)
    put_be(bytes, kCluster + i * 8, kCopied | (first + i % tables * kCluster), 8);
  for (std::uint64_t i = 0; i < tables * kEntries; ++i) {
    put_be(bytes, first + i * 16, kCopied | (i * kCluster), 8);
    put_be(bytes, first + i * 16 + 8, bitmap, 8);
  }
  return bytes;
}

class Subclusters : public DiskTest {
 protected:
  Subclusters() : DiskTest("disk.qcow2") {}
};

TEST_F(Subclusters, OfASparseDiskAreAllSurveyed) {
  // 131,072 runs, told of by 96 KiB of tables.
  constexpr std::uint64_t kTables = 4;
  constexpr std::uint64_t kSize = kTables * kEntries * kCluster;
  const auto data = folder_.write("bytes.img", "");
  std::filesystem::resize_file(data, kSize);
  {
    std::fstream out(data, std::ios::in | std::ios::out | std::ios::binary);
    for (const std::uint64_t at : {5 * kCluster, kSize - kCluster}) {
      out.seekp(static_cast<std::streamoff>(at));
      out << std::string(kSubcluster, 'x') << std::string(kSubcluster, 'y');
    }
  }
  const auto source = open(qcow2(kTables, kTables, kEachSecond));
  ASSERT_TRUE(source);
  EXPECT_TRUE(report_.warnings.empty()) << report_.warnings[0].message;
  EXPECT_TRUE(report_.damage.empty()) << report_.damage[0].reason;
  for (const std::uint64_t at : {5 * kCluster, kSize - kCluster})
    EXPECT_EQ(read_range(**source, at, 2 * kSubcluster),
              std::string(kSubcluster, 'x') + std::string(kSubcluster, '\0'));
  // The last cluster's bytes are cut off: known, though the survey is long.
  std::filesystem::resize_file(data, kSize - kCluster);
  ASSERT_TRUE(open(qcow2(kTables, kTables, kEachSecond)));
  ASSERT_EQ(report_.damage.size(), 16U);
  EXPECT_EQ(report_.damage[0].range, (ByteRange{kSize - kCluster, kSize - kCluster + kSubcluster}));
}

TEST_F(Subclusters, TablesThatAllEntriesPointToAreNotWalkedToTheirEnd) {
  // 16384 * 32,768 runs, 300 seconds of walking, in 160 KiB.
  folder_.write("bytes.img", "");
  ASSERT_TRUE(open(qcow2(16384, 1, kEachSecond)));
  ASSERT_FALSE(report_.warnings.empty());
  EXPECT_NE(report_.warnings[0].message.find("too large to be checked"), std::string::npos);
}

TEST_F(Subclusters, NeighboursInOneStateAreOneRun) {
  const auto map_of = [&](std::uint64_t bitmap) {
    Result<std::unique_ptr<OsFile>> file =
        OsFile::open(folder_.write("disk.qcow2", qcow2(1, 1, bitmap)));
    Result<std::unique_ptr<OsFile>> data = OsFile::open(folder_.write("bytes.img", ""));
    auto container = std::make_unique<ContainerFile>(std::move(*file), "disk.qcow2");
    const Result<Qcow2Header> header = read_qcow2_header(*container);
    return std::make_unique<Qcow2Map>(
        std::move(container), std::make_unique<ContainerFile>(std::move(*data), "bytes.img"), "",
        *header);
  };
  using Kind = Placement::Kind;
  struct Case {
    const char* name;
    std::uint64_t bitmap;
    std::uint64_t at;
    Kind kind;
    std::uint64_t length;
  };
  for (const Case& one : std::vector<Case>{
           {"all written", 0xffffffff, 0, Kind::stored, kCluster},
           {"all written, from within", 0xffffffff, 700, Kind::stored, kCluster - 700},
           {"none written", 0, kSubcluster, Kind::zeros, kCluster - kSubcluster},
           {"the first three", 7, 10, Kind::stored, 3 * kSubcluster - 10},
           {"behind the first three", 7, 3 * kSubcluster, Kind::zeros, 29 * kSubcluster},
           {"the last", std::uint64_t{1} << 31, 31 * kSubcluster, Kind::stored, kSubcluster},
           {"two of zeros", std::uint64_t{3} << 32, 0, Kind::zeros, 2 * kSubcluster},
           {"both at once", std::uint64_t{1} << 32 | 3, 0, Kind::lost, kSubcluster},
           {"behind both at once", std::uint64_t{1} << 32 | 3, kSubcluster, Kind::stored,
            kSubcluster},
       }) {
    SCOPED_TRACE(one.name);
    const auto map = map_of(one.bitmap);
    const Placement got = map->place(one.at);
    EXPECT_EQ(got.kind, one.kind) << got.reason;
    EXPECT_EQ(got.length, one.length);
    if (got.kind == Kind::stored) {
      EXPECT_EQ(got.offset, one.at);
    }
  }
}

}  // namespace
}  // namespace pidometer
