#include "tsk_reader/file_system/file_system_sniffer.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

using namespace std::string_literals;
using Backend = FileSystemBackend;

constexpr std::size_t kSize = 1 << 20;

struct Mark {
  std::size_t offset;
  std::string bytes;
};

std::string le(std::uint64_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  return bytes;
}

/// A superblock of ext with 1024 blocks of 1 KiB and these features.
std::vector<Mark> ext(std::uint32_t compatible, std::uint32_t incompatible,
                      std::uint32_t read_only = 1) {
  return {{1024 + 4, le(1024, 4)},          {1024 + 24, le(0, 4)},
          {1024 + 32, le(8192, 4)},         {1024 + 40, le(256, 4)},
          {1024 + 56, "\x53\xef"s},         {1024 + 92, le(compatible, 4)},
          {1024 + 96, le(incompatible, 4)}, {1024 + 100, le(read_only, 4)}};
}

std::string volume_of(const std::vector<Mark>& marks) {
  std::string bytes(kSize, '\0');
  for (const Mark& mark : marks) bytes.replace(mark.offset, mark.bytes.size(), mark.bytes);
  return bytes;
}

std::vector<Mark> both(std::vector<Mark> a, const std::vector<Mark>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const std::vector<Mark> kFat = {{11, le(512, 2)}, {54, "FAT16   "}, {510, "\x55\xaa"}};
const std::vector<Mark> kRaid1AtEnd = {{kSize - 8192, le(0xa92b4efc, 4) + le(1, 4)},
                                       {kSize - 8192 + 72, le(1, 4)}};
const std::vector<Mark> kRaid5AtEnd = {{kSize - 8192, le(0xa92b4efc, 4) + le(1, 4)},
                                       {kSize - 8192 + 72, le(5, 4)}};

TEST(FileSystemSniffer, TellsVolumesByTheirSuperblocks) {
  const struct {
    const char* name;
    std::vector<Mark> marks;
    const char* want;
    Backend read;
    bool told;  // that it is not read
  } cases[] = {
      {"zeros", {}, "", Backend::none, false},
      {"text", {{0, "Nov  8 10:20:00"}}, "", Backend::none, false},
      {"ext2", ext(0, 2), "ext2", Backend::ext2fs, false},
      {"ext3", ext(4, 2), "ext3", Backend::ext2fs, false},
      {"ext3 with a journal to replay", ext(4, 6), "ext3", Backend::ext2fs, false},
      {"ext4 by extents", ext(4, 0x42), "ext4", Backend::ext2fs, false},
      {"ext4 by checksums", ext(4, 2, 0x401), "ext4", Backend::ext2fs, false},
      {"ext4 without a journal", ext(0, 0x42), "ext4", Backend::ext2fs, false},
      {"journal device", ext(0, 8), "ext journal device", Backend::none, false},
      {"ext with a boot sector", both(ext(0, 2), {{510, "\x55\xaa"}}), "ext2", Backend::ext2fs,
       false},
      {"ext over an old FAT", both(ext(0, 2), kFat), "ext2", Backend::ext2fs, false},
      {"ext's magic by chance on a FAT", both(kFat, {{1024 + 56, "\x53\xef"}}), "fat", Backend::tsk,
       false},
      {"ext's magic alone", {{1024 + 56, "\x53\xef"}}, "ext", Backend::ext2fs, false},
      {"LVM over an old ext", both(ext(0, 2), {{512, "LABELONE"}}), "LVM2 physical volume",
       Backend::none, true},
      {"LUKS", {{0, "LUKS\xba\xbe"}}, "LUKS", Backend::none, true},
      {"xfs", {{0, "XFSB"}}, "xfs", Backend::xfs, false},
      {"btrfs", {{65600, "_BHRfS_M"}}, "btrfs", Backend::btrfs, false},
      {"ntfs", {{3, "NTFS    "}}, "ntfs", Backend::tsk, false},
      {"exfat", {{3, "EXFAT   "}}, "exfat", Backend::tsk, false},
      {"fat", kFat, "fat", Backend::tsk, false},
      {"a boot sector", {{510, "\x55\xaa"}}, "", Backend::none, false},
      {"FAT with a sector of 500",
       {{11, le(500, 2)}, {54, "FAT16   "}, {510, "\x55\xaa"}},
       "",
       Backend::none,
       false},
      {"iso9660", {{32769, "CD001"}}, "iso9660", Backend::tsk, false},
      {"swap", {{4086, "SWAPSPACE2"}}, "swap", Backend::none, false},
      {"swap of 64 KiB pages", {{65526, "SWAPSPACE2"}}, "swap", Backend::none, false},
      {"hfs+", {{1024, "H+\0\4"s}}, "hfs+", Backend::tsk, false},
      {"ufs1", {{9564, "\x54\x19\x01\x00"s}}, "ufs1", Backend::tsk, false},
      {"ufs2", {{66908, "\x19\x01\x54\x19"}}, "ufs2", Backend::tsk, false},
      {"mirror", both(ext(0, 2), kRaid1AtEnd), "ext2", Backend::ext2fs, false},
      {"stripe", both(ext(0, 2), kRaid5AtEnd), "md RAID member", Backend::none, true},
      {"mirror of something unknown", kRaid1AtEnd, "md RAID member", Backend::none, true},
      {"zfs", {{131072 + 1024, le(0x00bab10c, 8)}}, "zfs", Backend::none, true},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    MemorySource source(volume_of(one.marks));
    StructureReader reader(source);
    const VolumeContent content = sniff_volume(reader);
    EXPECT_EQ(content.name, one.want);
    EXPECT_EQ(content.backend, one.read);
    EXPECT_EQ(content.tsk.has_value(), one.read == Backend::tsk);
    EXPECT_EQ(content.readable(), one.read != Backend::none);
    EXPECT_EQ(!content.unsupported.empty(), one.told) << content.unsupported;
    EXPECT_EQ(content.blank, one.marks.empty());
    EXPECT_LT(reader.reads(), 12U);
  }
}

TEST(FileSystemSniffer, LooksAtVolumesOfAnySize) {
  for (const std::size_t size :
       {0U, 1U, 511U, 1024U, 1500U, 2048U, 2049U, 66911U, 66912U, 262143U}) {
    MemorySource source(volume_of(ext(0, 2)).substr(0, size));
    StructureReader reader(source);
    const VolumeContent content = sniff_volume(reader);
    EXPECT_EQ(content.name, size > 2048 ? "ext2" : "") << size;
    EXPECT_TRUE(reader.damage().empty()) << size;
  }
}

TEST(FileSystemSniffer, WhatIsDamagedIsNotBlank) {
  MemorySource source(std::string(kSize, '\0'), {{{0, 4096}, "bad"}});
  StructureReader reader(source);
  EXPECT_FALSE(sniff_volume(reader).blank);
  EXPECT_EQ(reader.damage().all().size(), 1U);
}

TEST(FileSystemSniffer, SuperblocksThatMakeNoSenseAreErrorsNotCrashes) {
  for (const auto& [name, mark] : std::vector<std::pair<const char*, Mark>>{
           {"no blocks", {1024 + 4, le(0, 4)}},
           {"block size of 4 TiB", {1024 + 24, le(32, 4)}},
           {"no blocks a group", {1024 + 32, le(0, 4)}},
           {"no inodes a group", {1024 + 40, le(0, 4)}},
           {"descriptors of 16 GiB", {1024 + 4, le(0xFFFFFFFF, 4)}},
       }) {
    std::vector<Mark> marks = both(ext(0, 2), {mark});
    if (std::string_view(name).starts_with("desc")) marks.push_back({1024 + 32, le(8, 4)});
    MemorySource source(volume_of(marks));
    StructureReader reader(source);
    const VolumeContent content = sniff_volume(reader);
    EXPECT_EQ(content.name, "ext") << name;
    EXPECT_FALSE(open_file_system(source, content)) << name;
  }
}

}  // namespace
}  // namespace pidometer
