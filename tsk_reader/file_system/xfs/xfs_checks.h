#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pidometer {

struct XfsSuperblock;

/// Whether the CRC-32C of a v5 structure is right: of all its bytes with the checksum's own four,
/// at `at`, taken as zeros; stored little-endian, complemented (xfs_cksum.h).
bool xfs_checksum_good(std::span<const std::byte> bytes, std::size_t at);

/// Where a v5 structure says who it is: offsets of its checksum, its address (in 512-byte units,
/// 64 bits), the filesystem's UUID and its owner (of `owner_width` bytes, 0 where it has none).
struct XfsIdentity {
  std::size_t checksum;
  std::optional<std::size_t> address;
  std::size_t uuid;
  std::size_t owner;
  std::size_t owner_width;
};
inline constexpr XfsIdentity kXfsInodeIdentity = {100, std::nullopt, 160, 152, 8};
inline constexpr XfsIdentity kXfsDirectoryIdentity = {4, 8, 24, 40, 8};
inline constexpr XfsIdentity kXfsMapIdentity = {64, 24, 40, 56, 8};
inline constexpr XfsIdentity kXfsSymlinkIdentity = {12, 40, 16, 32, 8};
inline constexpr XfsIdentity kXfsFreeSpaceIdentity = {52, 16, 32, 48, 4};
inline constexpr XfsIdentity kXfsAgfIdentity = {216, std::nullopt, 64, 8, 4};
inline constexpr XfsIdentity kXfsAgflIdentity = {32, std::nullopt, 8, 4, 4};

/// What is wrong with a v5 structure that was read from byte `offset` of the volume and should
/// belong to `owner`: "wrong checksum", "wrong owner and wrong address"; empty where nothing is,
/// and on v4, which has none of these. `without_checksum`: the rest
/// alone.
std::string xfs_identity_fault(const XfsSuperblock& super, std::span<const std::byte> bytes,
                               const XfsIdentity& identity, std::uint64_t offset,
                               std::uint64_t owner, bool without_checksum = false);

}  // namespace pidometer
