#include "tsk_reader/file_system/xfs/xfs_log_inode.h"

#include <algorithm>
#include <array>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint64_t kBigTime = 1U << 3U;

/// A number of the core: where it is and how many bytes it has.
struct Field {
  std::size_t at;
  std::size_t width;
};
// struct xfs_log_dinode (xfs_log_format.h); the fields have the places of struct xfs_dinode. What
// the extent counters of nrext64 share a place with is 0.
constexpr Field kFields[] = {{0, 2},  {2, 2},  {8, 4},  {12, 4},  {16, 4},  {20, 2},  {22, 2},
                             {24, 8}, {56, 8}, {64, 8}, {72, 4},  {76, 4},  {80, 2},  {84, 4},
                             {88, 2}, {90, 2}, {92, 4}, {104, 8}, {120, 8}, {128, 4}, {152, 8}};

void swap(Bytes from, Field field, std::span<std::byte> to) {
  std::reverse_copy(from.begin() + static_cast<std::ptrdiff_t>(field.at),
                    from.begin() + static_cast<std::ptrdiff_t>(field.at + field.width),
                    to.begin() + static_cast<std::ptrdiff_t>(field.at));
}

void put_be(std::span<std::byte> to, std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i)
    to[at + i] = static_cast<std::byte>(value >> (8 * (width - 1 - i)) & 0xFFU);
}

void copy(Bytes from, std::size_t at, std::size_t count, std::span<std::byte> to) {
  std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), count,
              to.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

void write_xfs_log_core(Bytes core, std::uint64_t lsn, std::span<std::byte> inode) {
  const bool big_time = (le64(core, 120) & kBigTime) != 0;
  for (const Field& field : kFields) swap(core, field, inode);
  copy(core, 4, 2, inode);   // version, format
  copy(core, 82, 2, inode);  // where the second fork begins, and its format
  put_be(inode, 6, 0, 2);
  for (const std::size_t at :
       {std::size_t{32}, std::size_t{40}, std::size_t{48}, std::size_t{144}}) {
    if (big_time) {
      swap(core, {at, 8}, inode);
    } else {
      swap(core, {at, 4}, inode);
      swap(core, {at + 4, 4}, inode);
    }
  }
  put_be(inode, 112, lsn, 8);
  copy(core, 160, 16, inode);  // UUID
}

bool write_xfs_map_root(Bytes logged, std::span<std::byte> fork) {
  constexpr std::size_t kHeader = 72;
  if (logged.size() < kHeader || fork.size() < 4) return false;
  const std::size_t logged_room = (logged.size() - kHeader) / 16;
  const std::size_t room = (fork.size() - 4) / 16;
  const std::size_t count = be16(logged, 6);
  if (count == 0 || count > logged_room || count > room || be16(logged, 4) == 0) return false;
  put_be(fork, 0, be16(logged, 4), 2);
  put_be(fork, 2, count, 2);
  const auto move = [&](std::size_t from, std::size_t to) {
    std::copy_n(logged.begin() + static_cast<std::ptrdiff_t>(from), count * 8,
                fork.begin() + static_cast<std::ptrdiff_t>(to));
  };
  move(kHeader, 4);
  move(kHeader + logged_room * 8, 4 + room * 8);
  return true;
}

void write_xfs_new_inode(const XfsSuperblock& super, std::uint64_t number, std::uint32_t generation,
                         std::span<std::byte> inode) {
  put_be(inode, 0, kXfsInodeMagic, 2);
  put_be(inode, 4, 3, 1);
  put_be(inode, 92, generation, 4);
  put_be(inode, 96, 0xFFFFFFFFU, 4);
  put_be(inode, 152, number, 8);
  std::copy(super.uuid.begin(), super.uuid.end(), inode.begin() + 160);
}

}  // namespace pidometer
