#include "tsk_reader/file_system/btrfs/btrfs_checksum.h"

#include <algorithm>
#include <cstring>

#include "base/sha256.h"
#include "tsk_reader/bytes/crc32c.h"
#include "tsk_reader/file_system/btrfs/blake2b.h"
#include "tsk_reader/file_system/btrfs/xxhash64.h"

namespace pidometer {
namespace {

using Field = std::array<std::byte, kBtrfsChecksumField>;

Field field_of(std::uint64_t value, std::size_t width) {
  Field field{};
  for (std::size_t i = 0; i < width; ++i) field[i] = static_cast<std::byte>(value >> (8 * i));
  return field;
}

}  // namespace

std::optional<BtrfsChecksum> btrfs_checksum_kind(std::uint16_t csum_type) {
  if (csum_type > static_cast<std::uint16_t>(BtrfsChecksum::blake2b)) return std::nullopt;
  return static_cast<BtrfsChecksum>(csum_type);
}

std::size_t btrfs_checksum_size(BtrfsChecksum kind) {
  switch (kind) {
    case BtrfsChecksum::crc32c:
      return 4;
    case BtrfsChecksum::xxhash64:
      return 8;
    case BtrfsChecksum::sha256:
    case BtrfsChecksum::blake2b:
      break;
  }
  return 32;
}

std::array<std::byte, kBtrfsChecksumField> btrfs_checksum(BtrfsChecksum kind,
                                                          std::span<const std::byte> bytes) {
  switch (kind) {
    case BtrfsChecksum::crc32c:
      return field_of(~crc32c(~std::uint32_t{0}, bytes), 4);
    case BtrfsChecksum::xxhash64:
      return field_of(xxhash64(bytes), 8);
    case BtrfsChecksum::blake2b:
      return blake2b_256(bytes);
    case BtrfsChecksum::sha256:
      break;
  }
  Field field{};
  const Sha256Digest digest =
      sha256_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::memcpy(field.data(), digest.data(), digest.size());
  return field;
}

bool btrfs_checksum_matches(BtrfsChecksum kind, std::span<const std::byte> bytes,
                            std::span<const std::byte> stored) {
  const std::size_t size = btrfs_checksum_size(kind);
  if (stored.size() < size) return false;
  const Field computed = btrfs_checksum(kind, bytes);
  return std::equal(computed.begin(), computed.begin() + static_cast<std::ptrdiff_t>(size),
                    stored.begin());
}

}  // namespace pidometer
