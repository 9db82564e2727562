#include "tsk_reader/file_system/xfs/xfs_metadata_lsn.h"

#include <algorithm>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

/// A structure: magic number, and where its LSN and UUID are.
struct Row {
  std::uint32_t magic;
  std::size_t lsn;
  std::size_t uuid;
};
constexpr Row kRows[] = {
    {0x41423342, 16 + 8, 32},  // AB3B: free space by block
    {0x41423343, 16 + 8, 32},  // AB3C: free space by size
    {0x49414233, 16 + 8, 32},  // IAB3: inodes
    {0x46494233, 16 + 8, 32},  // FIB3: free inodes
    {0x524d4233, 16 + 8, 32},  // RMB3: reverse map
    {0x52334643, 16 + 8, 32},  // R3FC: reference counts
    {0x424d4133, 32, 40},      // BMA3: map of a file
    {0x58414746, 208, 64},     // XAGF
    {0x5841464c, 24, 8},       // XAFL
    {0x58414749, 320, 296},    // XAGI
    {0x58534c4d, 48, 16},      // XSLM: symbolic link
    {0x58444233, 16, 24},      // XDB3: directory block
    {0x58444433, 16, 24},      // XDD3: directory data
    {0x58444633, 16, 24},      // XDF3: directory free space
};
/// Of directories' and attributes' index blocks, in 16 bits at offset 8 (xfs_da_blkinfo).
constexpr std::uint16_t kIndexMagics[] = {0x3df1, 0x3dff, 0x3bee, 0x3ebe};
constexpr std::uint32_t kSuperblock = 0x58465342;

bool has_uuid(std::span<const std::byte> bytes, std::size_t at, const XfsSuperblock& super) {
  return at + super.uuid.size() <= bytes.size() &&
         std::equal(super.uuid.begin(), super.uuid.end(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

std::uint64_t xfs_metadata_lsn(const XfsSuperblock& super, std::span<const std::byte> bytes) {
  if (!super.v5) return 0;
  const std::uint32_t magic = be32(bytes, 0);
  for (const Row& row : kRows)
    if (row.magic == magic) return has_uuid(bytes, row.uuid, super) ? be64(bytes, row.lsn) : 0;
  if (magic == kSuperblock) {
    constexpr std::uint32_t kMetaUuid = 1U << 2U;
    const std::size_t uuid = (be32(bytes, 216) & kMetaUuid) != 0 ? 248 : 32;
    return has_uuid(bytes, uuid, super) ? be64(bytes, 240) : 0;
  }
  const std::uint16_t index = be16(bytes, 8);
  if (std::find(std::begin(kIndexMagics), std::end(kIndexMagics), index) != std::end(kIndexMagics))
    return has_uuid(bytes, 32, super) ? be64(bytes, 24) : 0;
  return 0;
}

}  // namespace pidometer
