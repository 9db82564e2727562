#include "tsk_reader/file_system/xfs/xfs_checks.h"

#include <algorithm>
#include <array>

#include "tsk_reader/bytes/crc32c.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

bool xfs_checksum_good(std::span<const std::byte> bytes, std::size_t at) {
  constexpr std::array<std::byte, 4> kZeros{};
  if (at > bytes.size() || bytes.size() - at < kZeros.size()) return false;
  std::uint32_t crc = crc32c(0xFFFFFFFFU, bytes.first(at));
  crc = crc32c(crc, kZeros);
  crc = crc32c(crc, bytes.subspan(at + kZeros.size()));
  return ~crc == le32(bytes, at);
}

std::string xfs_identity_fault(const XfsSuperblock& super, std::span<const std::byte> bytes,
                               const XfsIdentity& identity, std::uint64_t offset,
                               std::uint64_t owner, bool without_checksum) {
  if (!super.v5) return {};
  std::string fault;
  const auto wrong = [&](const char* what) {
    fault += (fault.empty() ? "wrong " : " and wrong ") + std::string(what);
  };
  if (!without_checksum && !xfs_checksum_good(bytes, identity.checksum)) wrong("checksum");
  if (identity.address && be64(bytes, *identity.address) != offset / 512) wrong("address");
  if (identity.uuid + super.uuid.size() > bytes.size() ||
      !std::equal(super.uuid.begin(), super.uuid.end(),
                  bytes.begin() + static_cast<std::ptrdiff_t>(identity.uuid)))
    wrong("UUID");
  const std::uint64_t has =
      identity.owner_width == 8 ? be64(bytes, identity.owner) : be32(bytes, identity.owner);
  if (identity.owner_width != 0 && has != owner) wrong("owner");
  return fault;
}

}  // namespace pidometer
