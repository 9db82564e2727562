#include "tsk_reader/file_system/btrfs/xxhash64.h"

#include <array>
#include <bit>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

std::uint64_t round_of(std::uint64_t accumulator, std::uint64_t lane) {
  return std::rotl(accumulator + lane * kPrime2, 31) * kPrime1;
}

}  // namespace

std::uint64_t xxhash64(std::span<const std::byte> bytes) {
  std::size_t at = 0;
  std::uint64_t hash = kPrime5;
  if (bytes.size() >= 32) {
    std::array<std::uint64_t, 4> lanes{kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
    for (; bytes.size() - at >= 32; at += 32)
      for (std::size_t i = 0; i < lanes.size(); ++i)
        lanes[i] = round_of(lanes[i], le64(bytes, at + 8 * i));
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
           std::rotl(lanes[3], 18);
    for (const std::uint64_t lane : lanes) hash = (hash ^ round_of(0, lane)) * kPrime1 + kPrime4;
  }
  hash += bytes.size();
  for (; bytes.size() - at >= 8; at += 8)
    hash = std::rotl(hash ^ round_of(0, le64(bytes, at)), 27) * kPrime1 + kPrime4;
  for (; bytes.size() - at >= 4; at += 4)
    hash = std::rotl(hash ^ (le32(bytes, at) * kPrime1), 23) * kPrime2 + kPrime3;
  for (; at < bytes.size(); ++at)
    hash = std::rotl(hash ^ (std::to_integer<std::uint64_t>(bytes[at]) * kPrime5), 11) * kPrime1;
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace pidometer
