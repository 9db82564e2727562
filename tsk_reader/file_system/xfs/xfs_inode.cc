#include "tsk_reader/file_system/xfs/xfs_inode.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/xfs/xfs_log_inode.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

// xfs_format.h.
constexpr std::uint16_t kRealtime = 1U << 0U;
constexpr std::uint64_t kBigTime = 1U << 3U;
constexpr std::uint64_t kLargeCounters = 1U << 4U;  // nrext64

NodeKind kind_of(std::uint16_t mode) {
  switch (mode >> 12U) {
    case 8:
      return NodeKind::file;
    case 4:
      return NodeKind::directory;
    case 10:
      return NodeKind::symlink;
    default:
      return NodeKind::other;
  }
}

/// Nanoseconds since 1901-12-13 20:45:52 UTC with bigtime, else signed seconds since 1970 and
/// nanoseconds.
Timestamp time_of(std::uint64_t stored, bool big) {
  std::int64_t seconds = static_cast<std::int32_t>(stored >> 32U);
  auto nanoseconds = static_cast<std::int64_t>(stored & 0xFFFFFFFFU);
  if (big) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    seconds = static_cast<std::int64_t>(stored / kSecond) - (std::int64_t{1} << 31U);
    nanoseconds = static_cast<std::int64_t>(stored % kSecond);
  }
  return Timestamp(std::chrono::seconds(seconds) + std::chrono::microseconds(nanoseconds / 1000));
}

}  // namespace

Result<XfsInode> parse_xfs_inode(const XfsSuperblock& super, std::uint64_t number, Bytes bytes) {
  const auto refuse = [&](const char* reason) {
    return fail(ErrorKind::unreadable, fmt::format("inode {} cannot be read", number), reason);
  };
  if (bytes.size() != super.inode_size || be16(bytes, 0) != kXfsInodeMagic)
    return refuse("there is no inode where it should be");
  const std::uint16_t mode = be16(bytes, 2);
  const auto version = static_cast<std::uint8_t>(bytes[4]);
  if (mode == 0) return refuse("it is not in use");
  if (version < 1 || version > 3 || (version == 3) != super.v5) return refuse("it is corrupt");
  const std::size_t core = version == 3 ? kXfsCoreV3 : kXfsCoreV2;
  const std::size_t fork_offset = std::to_integer<std::size_t>(bytes[82]) * 8;
  const std::size_t room = bytes.size() - core;
  if (fork_offset >= room && fork_offset != 0) return refuse("its forks do not fit");
  const std::uint64_t flags = version == 3 ? be64(bytes, 120) : 0;
  XfsInode inode;
  inode.number = number;
  inode.kind = kind_of(mode);
  inode.format = static_cast<XfsForkFormat>(bytes[5]);
  inode.size = be64(bytes, 56);
  if (inode.size >> 63U != 0) return refuse("its size is negative");
  inode.extents = (flags & kLargeCounters) != 0 ? be64(bytes, 24) : be32(bytes, 76);
  const bool big = (flags & kBigTime) != 0;
  inode.modified = time_of(be64(bytes, 40), big);
  inode.changed = time_of(be64(bytes, 48), big);
  if (version == 3) inode.created = time_of(be64(bytes, 144), big);
  inode.links = version == 1 ? be16(bytes, 6) : be32(bytes, 16);
  inode.generation = be32(bytes, 92);
  inode.realtime = (be16(bytes, 90) & kRealtime) != 0;
  const auto fork = bytes.subspan(core, fork_offset == 0 ? room : fork_offset);
  inode.fork.assign(fork.begin(), fork.end());
  return inode;
}

Result<XfsInode> read_xfs_inode(XfsVolume& volume, std::uint64_t number) {
  volume.start_operation();
  const auto offset = volume.super().inode_offset(number);
  if (!offset)
    return fail(ErrorKind::unreadable, fmt::format("inode {} does not exist", number),
                "it lies outside of the filesystem's allocation groups");
  std::vector<std::byte> bytes(volume.super().inode_size);
  if (!volume.read_at(*offset, bytes))
    return fail(ErrorKind::unreadable, fmt::format("inode {} cannot be read", number));
  auto inode = parse_xfs_inode(volume.super(), number, bytes);
  if (inode)
    inode->identified =
        volume.check(bytes, kXfsInodeIdentity, *offset, number, fmt::format("inode {}", number));
  return inode;
}

}  // namespace pidometer
