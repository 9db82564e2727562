#include "tsk_reader/volume/gpt_entries.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

struct Entry {
  std::uint32_t slot;
  std::uint64_t first;
  std::uint64_t last;
};

void put(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i)
    bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xFFU);
}

std::string table(std::size_t sector, const std::vector<Entry>& entries, std::uint32_t count = 128,
                  std::uint32_t entry_size = 128, std::uint64_t at = 2) {
  std::string disk(256 * 1024, '\0');
  disk.replace(sector, 8, "EFI PART");
  put(disk, sector + 72, at, 8);
  put(disk, sector + 80, count, 4);
  put(disk, sector + 84, entry_size, 4);
  for (const Entry& entry : entries) {
    const std::size_t place = at * sector + std::size_t{entry.slot} * entry_size;
    put(disk, place, 0xAF, 1);  // any type
    put(disk, place + 32, entry.first, 8);
    put(disk, place + 40, entry.last, 8);
  }
  return disk;
}

TEST(GptEntries, GivesThoseInUseUnchecked) {
  const std::vector<Entry> some = {{0, 2048, 4095}, {4, 3'000'000'000'000'000'000, 7}};
  const struct {
    const char* name;
    std::string disk;
    std::uint32_t sector;
    std::size_t want;
  } cases[] = {
      {"sectors of 512", table(512, some), 512, 2},
      {"sectors of 4096", table(4096, some), 4096, 2},
      {"read with the wrong sector size", table(4096, some), 512, 0},
      {"entries of 256 bytes", table(512, some, 128, 256), 512, 2},
      {"only the first is counted", table(512, some, 4), 512, 1},
      {"a count that is no count", table(512, some, 0xFFFFFFFF), 512, 2},
      {"no entries in use", table(512, {}), 512, 0},
      {"entry size 0", table(512, some, 128, 0), 512, 0},
      {"no table", std::string(4096, '\0'), 512, 0},
      {"a disk of one sector", std::string(512, 'E'), 512, 0},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    MemorySource source(one.disk);
    StructureReader reader(source);
    const std::vector<GptEntry> entries = read_gpt_entries(reader, one.sector);
    ASSERT_EQ(entries.size(), one.want);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(entries[i].slot, some[i].slot);
      EXPECT_EQ(entries[i].first, some[i].first);
      EXPECT_EQ(entries[i].last, some[i].last);
    }
  }
}

TEST(GptEntries, GivesTheNamesThatUdevWrites) {
  std::string disk = table(512, {{1, 2048, 4095}});
  const std::size_t entry = 2 * 512 + 128;
  for (std::size_t i = 0; i < 16; ++i) put(disk, entry + 16 + i, i + 1, 1);
  const std::string_view name = "var \xe9";  // a Latin-1 text is UTF-16 in code units
  for (std::size_t i = 0; i < name.size(); ++i)
    put(disk, entry + 56 + 2 * i, static_cast<unsigned char>(name[i]), 2);
  MemorySource source(disk);
  StructureReader reader(source);
  const std::vector<GptEntry> entries = read_gpt_entries(reader, 512);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].guid, "04030201-0605-0807-090a-0b0c0d0e0f10");
  EXPECT_EQ(entries[0].name, "var \xc3\xa9");
}

TEST(GptEntries, ATableBeyondTheDiskIsNone) {
  std::string disk = table(512, {});
  put(disk, 512 + 72, std::uint64_t{1} << 62, 8);
  MemorySource source(disk);
  StructureReader reader(source);
  EXPECT_TRUE(read_gpt_entries(reader, 512).empty());
}

}  // namespace
}  // namespace pidometer
