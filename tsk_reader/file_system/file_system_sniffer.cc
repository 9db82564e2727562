#include "tsk_reader/file_system/file_system_sniffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/btrfs/btrfs_superblock.h"
#include "tsk_reader/file_system/btrfs/file_system_btrfs.h"
#include "tsk_reader/file_system/ext/ext_replay.h"
#include "tsk_reader/file_system/ext/ext_superblock.h"
#include "tsk_reader/file_system/xfs/file_system_xfs.h"

namespace pidometer {
namespace {

using namespace std::string_view_literals;
using Bytes = std::span<const std::byte>;
using Backend = FileSystemBackend;

constexpr std::string_view kNotRead = "not read by this version";
constexpr std::string_view kNoFiles = "";

/// A magic number at a fixed place. Where two match, the upper row wins: first what wraps a
/// filesystem (whose superblock may shine through), then filesystems, then what is easily left over
/// from a former life. Offsets and magics as in util-linux's libblkid (superblocks/*.c).
struct MagicRow {
  std::string_view name;
  std::size_t offset;
  std::string_view magic;
  std::string_view unsupported;
  FileSystemBackend backend = FileSystemBackend::none;
  std::optional<TskFileSystemType> tsk = std::nullopt;
};
constexpr std::array kBeforeExt = std::to_array<MagicRow>({
    {"LVM2 physical volume", 512, "LABELONE", kNotRead},
    {"LVM2 physical volume", 0, "LABELONE", kNotRead},
    {"LVM2 physical volume", 1024, "LABELONE", kNotRead},
    {"LVM2 physical volume", 1536, "LABELONE", kNotRead},
    {"LVM1 physical volume", 0, "HM\x01\x00"sv, kNotRead},
    {"LVM1 physical volume", 0, "HM\x02\x00"sv, kNotRead},
    {"LUKS", 0, "LUKS\xba\xbe", "encrypted; unlock it first and give the opened device's image"},
    {"BitLocker", 3, "-FVE-FS-", "encrypted; unlock it first and give the opened device's image"},
    {"VDO", 0, "dmvdo001", kNotRead},
    {"bcache", 4120, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81", kNotRead},
});
constexpr std::array kAfterExt = std::to_array<MagicRow>({
    {"xfs", 0, "XFSB", kNoFiles, Backend::xfs},
    {"btrfs", 65600, "_BHRfS_M", kNoFiles, Backend::btrfs},
    {"bcachefs", 4120, "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef",
     kNotRead},
    {"ntfs", 3, "NTFS    ", kNoFiles, Backend::tsk, TskFileSystemType::ntfs},
    {"exfat", 3, "EXFAT   ", kNoFiles, Backend::tsk, TskFileSystemType::exfat},
    {"f2fs", 1024, "\x10\x20\xf5\xf2", kNotRead},
    {"reiserfs", 65588, "ReIsErFs", kNotRead},
    {"reiserfs", 65588, "ReIsEr2Fs", kNotRead},
    {"reiserfs", 65588, "ReIsEr3Fs", kNotRead},
    {"reiserfs", 8244, "ReIsErFs", kNotRead},
    {"reiser4", 65536, "ReIsEr4", kNotRead},
    {"jfs", 32768, "JFS1", kNotRead},
    {"apfs", 32, "NXSB", kNotRead},
    {"ufs2", 66908, "\x19\x01\x54\x19", kNoFiles, Backend::tsk, TskFileSystemType::ufs},
    {"ufs1", 9564, "\x54\x19\x01\x00"sv, kNoFiles, Backend::tsk, TskFileSystemType::ufs},
    {"hfs+", 1024, "H+\x00\x04"sv, kNoFiles, Backend::tsk, TskFileSystemType::hfs},
    {"hfsx", 1024, "HX\x00\x05"sv, kNoFiles, Backend::tsk, TskFileSystemType::hfs},
    {"gfs2", 65536, "\x01\x16\x19\x70", kNotRead},
    {"ocfs2", 8192, "OCFSV2", kNotRead},
    {"ocfs2", 2048, "OCFSV2", kNotRead},
    {"squashfs", 0, "hsqs", kNotRead},
    {"erofs", 1024, "\xe2\xe1\xf5\xe0", kNotRead},
    {"iso9660", 32769, "CD001", kNoFiles, Backend::tsk, TskFileSystemType::iso9660},
    {"swap", 4086, "SWAPSPACE2", kNoFiles},
    {"swap", 8182, "SWAPSPACE2", kNoFiles},
    {"swap", 16374, "SWAPSPACE2", kNoFiles},
    {"swap", 65526, "SWAPSPACE2", kNoFiles},
    {"swap", 4086, "SWAP-SPACE", kNoFiles},
});
/// Enough for the last row's magic.
constexpr std::size_t kHead = 66912;

bool has(Bytes bytes, std::size_t at, std::string_view magic) {
  if (at > bytes.size() || bytes.size() - at < magic.size()) return false;
  return std::equal(magic.begin(), magic.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; });
}

template <std::size_t N>
const MagicRow* find_magic(const std::array<MagicRow, N>& rows, Bytes head) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const MagicRow& candidate) {
    return has(head, candidate.offset, candidate.magic);
  });
  return row == rows.end() ? nullptr : &*row;
}

VolumeContent content_of(const MagicRow& row) {
  VolumeContent content{std::string(row.name), {}, row.backend, row.tsk};
  if (!row.unsupported.empty())
    content.unsupported = fmt::format("{}: {}", row.name, row.unsupported);
  return content;
}

/// Any boot sector ends in 55 AA: the sector size and the name of the type decide.
bool is_fat(Bytes head) {
  const std::uint16_t sector = le16(head, 11);
  if (!has(head, 510, "\x55\xaa") || sector < 512 || sector > 4096 || (sector & (sector - 1)) != 0)
    return false;
  return has(head, 54, "FAT12   ") || has(head, 54, "FAT16   ") || has(head, 82, "FAT32   ");
}

/// The uberblocks of ZFS's first label: 1 KiB apart at least, from 128 KiB on (vdev_impl.h).
bool is_zfs(StructureReader& reader) {
  constexpr std::uint64_t kUberblocks = 128 * 1024;
  if (reader.size() < 2 * kUberblocks) return false;
  std::vector<std::byte> ring(kUberblocks);
  if (!reader.read_at(kUberblocks, ring)) return false;
  for (std::size_t at = 0; at < ring.size(); at += 1024)
    if (le64(ring, at) == 0x00bab10cU) return true;
  return false;
}

/// Its second superblock, where the first is gone.
bool is_btrfs(StructureReader& reader) {
  std::array<std::byte, kBtrfsSuperBytes> super{};
  return reader.size() >= kBtrfsMirrorOffset + super.size() &&
         reader.read_at(kBtrfsMirrorOffset, super) && parse_btrfs_super(super).has_value();
}

constexpr std::uint32_t kMdMagic = 0xa92b4efc;

/// An md RAID member's level, where the superblock lies at `offset` (linux/raid/md_p.h).
std::optional<std::int32_t> md_level(StructureReader& reader, std::uint64_t offset, bool old_form) {
  std::array<std::byte, 128> super{};
  if (offset + super.size() > reader.size() || !reader.read_at(offset, super)) return std::nullopt;
  const std::uint32_t major = le32(super, 4);
  if (le32(super, 0) != kMdMagic || major != (old_form ? 0U : 1U)) return std::nullopt;
  return static_cast<std::int32_t>(le32(super, old_form ? 28 : 72));
}

/// Metadata at the end leaves the filesystem of a mirror where a plain one starts; of any other
/// level only the first stripe looks like one, and reading on would give bytes of other files.
std::optional<std::int32_t> md_level_at_end(StructureReader& reader) {
  if (reader.size() < 256 * 1024) return std::nullopt;
  const std::uint64_t sectors = reader.size() / 512;
  if (const auto level = md_level(reader, (sectors - 16) / 8 * 8 * 512, false)) return level;
  return md_level(reader, reader.size() / 65536 * 65536 - 65536, true);
}

VolumeContent raid_member(std::int32_t level) {
  return {"md RAID member", fmt::format("md RAID member (level {}): {}", level, kNotRead)};
}

VolumeContent sniff_head(Bytes head, std::uint64_t size) {
  if (const MagicRow* row = find_magic(kBeforeExt, head)) return content_of(*row);
  if (head.size() > 2048 && le16(head, 1024 + 56) == 0xEF53) {
    // A superblock that makes no sense is still the best there is to say, unless another fits.
    const auto super = parse_ext_superblock(head.subspan(1024, 1024), size);
    constexpr std::uint32_t kJournalDevice = 0x8;
    if (super && (super->incompatible & kJournalDevice) != 0) return {"ext journal device", {}};
    if (super) return {super->name(), {}, Backend::ext2fs};
  }
  if (const MagicRow* row = find_magic(kAfterExt, head)) return content_of(*row);
  if (is_fat(head)) return {"fat", {}, Backend::tsk, TskFileSystemType::fat};
  if (head.size() > 2048 && le16(head, 1024 + 56) == 0xEF53) return {"ext", {}, Backend::ext2fs};
  return {};
}

}  // namespace

VolumeContent sniff_volume(StructureReader& reader) {
  reader.start_operation();
  std::vector<std::byte> head(
      static_cast<std::size_t>(std::min<std::uint64_t>(kHead, reader.size())));
  if (head.empty() || !reader.read_at(0, head)) return {};
  for (const std::size_t at : {std::size_t{0}, std::size_t{4096}})
    if (const auto level = md_level(reader, at, false)) return raid_member(*level);
  VolumeContent content = sniff_head(head, reader.size());
  if (content.readable() || content.name.empty()) {
    const auto level = md_level_at_end(reader);
    if (level && (*level != 1 || !content.readable())) return raid_member(*level);
  }
  if (content.name.empty() && is_zfs(reader)) return {"zfs", fmt::format("zfs: {}", kNotRead)};
  if (content.name.empty() && is_btrfs(reader)) return {"btrfs", {}, Backend::btrfs};
  content.blank =
      content.name.empty() && reader.damage().empty() &&
      std::all_of(head.begin(), head.end(), [](std::byte b) { return b == std::byte{0}; });
  return content;
}

Result<std::unique_ptr<FileSystem>> open_file_system(BlockSource& volume,
                                                     const VolumeContent& content) {
  switch (content.backend) {
    case Backend::ext2fs:
      return open_ext(volume);
    case Backend::tsk:
      if (content.tsk) return open_tsk_file_system(volume, *content.tsk);
      break;
    case Backend::xfs:
      return open_xfs(volume);
    case Backend::btrfs:
      return open_btrfs(volume);
    case Backend::none:
      break;
  }
  return fail(ErrorKind::unsupported, content.unsupported);
}

}  // namespace pidometer
