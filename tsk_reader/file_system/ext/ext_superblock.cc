#include "tsk_reader/file_system/ext/ext_superblock.h"

#include <array>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

// Offsets and flags of struct ext2_super_block (e2fsprogs, ext2_fs.h).
constexpr std::uint16_t kMagic = 0xEF53;
constexpr std::uint32_t kHasJournal = 0x4;
constexpr std::uint32_t kIncompat64Bit = 0x80;
constexpr std::uint32_t kIncompatExt3 = 0x2 | 0x4 | 0x10;  // filetype, recover, meta_bg
constexpr std::uint32_t kReadOnlyExt3 = 0x1 | 0x2 | 0x4;   // sparse_super, large_file, btree_dir

/// 512 TiB in 4 KiB blocks; libext2fs keeps all descriptors in memory.
constexpr std::uint64_t kMostDescriptorBytes = std::uint64_t{256} << 20;

}  // namespace

const char* ExtSuperblock::name() const {
  if ((incompatible & ~kIncompatExt3) != 0 || (read_only_compatible & ~kReadOnlyExt3) != 0)
    return "ext4";
  return (compatible & kHasJournal) != 0 ? "ext3" : "ext2";
}

Result<ExtSuperblock> parse_ext_superblock(std::span<const std::byte> bytes,
                                           std::uint64_t volume_size) {
  const auto refuse = [](const char* reason) {
    return fail(ErrorKind::unreadable, "the ext superblock is corrupt", reason);
  };
  if (le16(bytes, 56) != kMagic) return refuse("it has no magic number");
  const std::uint32_t log_block_size = le32(bytes, 24);
  if (log_block_size > 6) return refuse("its block size is over 64 KiB");
  ExtSuperblock super;
  super.block_size = 1024U << log_block_size;
  super.compatible = le32(bytes, 92);
  super.incompatible = le32(bytes, 96);
  super.read_only_compatible = le32(bytes, 100);
  super.blocks = le32(bytes, 4);
  const bool wide = (super.incompatible & kIncompat64Bit) != 0;
  if (wide) super.blocks |= std::uint64_t{le32(bytes, 336)} << 32;
  const std::uint32_t per_group = le32(bytes, 32);
  if (super.blocks == 0 || per_group == 0 || le32(bytes, 40) == 0)
    return refuse("it counts no blocks");
  const std::uint64_t descriptor = wide && le16(bytes, 254) > 32 ? le16(bytes, 254) : 32;
  const std::uint64_t descriptors = (super.blocks / per_group + 1) * descriptor;
  if (descriptors > kMostDescriptorBytes || descriptors > volume_size)
    return refuse("its group descriptors do not fit the volume");
  if (super.blocks > std::uint64_t{1} << 46) return refuse("it counts too many blocks");
  return super;
}

Result<ExtSuperblock> read_ext_superblock(StructureReader& reader) {
  std::array<std::byte, 1024> bytes{};
  if (!reader.read_at(1024, bytes))
    return fail(ErrorKind::unreadable, "the ext superblock cannot be read");
  return parse_ext_superblock(bytes, reader.size());
}

}  // namespace pidometer
