#include "tsk_reader/volume/volume_scanner.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

constexpr std::size_t kSector = 512;
constexpr std::size_t kDisk = 4000 * kSector;

struct Entry {
  unsigned type;
  std::uint32_t first;
  std::uint32_t count;
};

void put(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i)
    bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xFFU);
}

void table(std::string& disk, std::size_t sector, const std::vector<Entry>& entries) {
  std::size_t at = sector * kSector + 446;
  for (const Entry& entry : entries) {
    put(disk, at + 4, entry.type, 1);
    put(disk, at + 8, entry.first, 4);
    put(disk, at + 12, entry.count, 4);
    at += 16;
  }
  put(disk, sector * kSector + 510, 0xAA55, 2);
}

/// Something that is recognised and not read, so that no library looks further.
void xfs(std::string& disk, std::size_t sector) {
  disk.replace(sector * kSector, 4, "XFSB");
}

std::string words(const ScannedVolumes& scanned) {
  std::string text;
  for (const Volume& volume : scanned.volumes)
    text += volume.name + "@" + std::to_string(volume.start / kSector) + "+" +
            std::to_string(volume.size / kSector) + " ";
  return text;
}

TEST(VolumeScanner, FindsPartitionsUnderTheirNumbers) {
  const struct {
    const char* name;
    std::vector<Entry> entries;
    std::vector<std::pair<std::size_t, std::vector<Entry>>> more;  // tables of logical partitions
    std::vector<std::size_t> content;                              // sectors
    std::size_t size;
    const char* want;
    std::size_t warnings;
  } cases[] = {
      {"no table", {}, {}, {}, kDisk, "whole@0+4000 ", 0},
      {"a filesystem without a table", {}, {}, {0}, kDisk, "whole@0+4000 ", 0},
      {"one", {{0x83, 100, 1000}}, {}, {100}, kDisk, "p1@100+1000 ", 0},
      {"slots 2 and 4",
       {{0, 0, 0}, {0x83, 100, 1000}, {0, 0, 0}, {0x82, 1100, 100}},
       {},
       {100},
       kDisk,
       "p2@100+1000 p4@1100+100 ",
       0},
      {"in the order of their slots",
       {{0x83, 2000, 1000}, {0x83, 100, 1000}},
       {},
       {100},
       kDisk,
       "p1@2000+1000 p2@100+1000 ",
       0},
      {"logical ones from 5 on",
       {{0x83, 100, 900}, {0x05, 1000, 2000}},
       {{1000, {{0x83, 10, 100}, {0x05, 500, 600}}}, {1500, {{0x83, 10, 90}}}},
       {100},
       kDisk,
       "p1@100+900 p5@1010+100 p6@1510+90 ",
       0},
      {"past the end of a truncated image",
       {{0x83, 100, 1000}, {0x83, 2000, 5000}},
       {},
       {100},
       kDisk / 2,
       "p1@100+1000 p2@2000+5000 ",
       0},
      {"a filesystem's own boot sector that looks like a table",
       {{0x83, 100, 1000}},
       {},
       {0},
       kDisk,
       "whole@0+4000 ",
       0},
      {"an image of a few bytes", {}, {}, {}, 100, "whole@0+0 ", 0},
      {"an empty image", {}, {}, {}, 0, "whole@0+0 ", 0},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    std::string disk(kDisk, '\0');
    if (!one.entries.empty()) table(disk, 0, one.entries);
    for (const auto& [sector, entries] : one.more) table(disk, sector, entries);
    for (const std::size_t sector : one.content) xfs(disk, sector);
    disk.resize(one.size);
    MemorySource source(disk);
    const ScannedVolumes scanned = scan_volumes(source);
    EXPECT_EQ(words(scanned), one.want);
    EXPECT_EQ(scanned.warnings.size(), one.warnings);
    EXPECT_TRUE(scanned.table_damage.empty());
    for (const Volume& volume : scanned.volumes) {
      EXPECT_EQ(volume.source->size(), volume.size);
      const bool whole = volume.name == "whole";
      EXPECT_EQ(volume.source->path_spec().size(), whole ? 1U : 2U);
      if (!whole) {
        EXPECT_EQ(volume.source->path_spec()[0].location, "/" + volume.name);
      }
    }
  }
}

TEST(VolumeScanner, ALoopOfLogicalTablesEnds) {
  std::string disk(kDisk, '\0');
  table(disk, 0, {{0x83, 100, 900}, {0x05, 1000, 2000}});
  table(disk, 1000, {{0x83, 10, 100}, {0x05, 0, 600}});
  xfs(disk, 100);
  MemorySource source(disk);
  EXPECT_LE(scan_volumes(source).volumes.size(), 256U);
}

TEST(VolumeScanner, DamageOfTheTableIsTold) {
  std::string disk(kDisk, '\0');
  table(disk, 0, {{0x83, 100, 1000}});
  xfs(disk, 100);
  MemorySource source(disk, {{{0, kSector}, "bad"}});
  const ScannedVolumes scanned = scan_volumes(source);
  EXPECT_EQ(words(scanned), "whole@0+4000 ");
  ASSERT_EQ(scanned.table_damage.size(), 1U);
  EXPECT_EQ(scanned.table_damage[0].range, (ByteRange{0, kSector}));
}

}  // namespace
}  // namespace pidometer
