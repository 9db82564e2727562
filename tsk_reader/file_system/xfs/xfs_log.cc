#include "tsk_reader/file_system/xfs/xfs_log.h"

#include <algorithm>
#include <array>

#include "tsk_reader/bytes/crc32c.h"
#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

// Of struct xlog_rec_header (xfs_log_format.h).
constexpr std::uint32_t kMagic = 0xfeedbabe;
constexpr std::uint32_t kVersion2 = 2;
constexpr std::size_t kCycleData = 44;
constexpr std::size_t kUuid = 304;
constexpr std::size_t kChecksum = 32;
/// Cycle numbers of 64 blocks fit one header.
constexpr std::uint32_t kBlocksPerHeader = 64;
constexpr std::uint32_t kBytesPerHeader = kBlocksPerHeader * kXfsLogBlock;
/// XLOG_MAX_RECORD_BSIZE.
constexpr std::uint32_t kLargestRecord = 256 * 1024;
/// The log is at most 2 GiB (XFS_MAX_LOG_BYTES), 2^22 blocks.
constexpr std::uint64_t kMostBlocks = std::uint64_t{1} << 22U;

/// With the header's size as 64-bit and 32-bit machines have it (padding).
bool checksum_good(Bytes headers, Bytes payload, std::uint32_t stored) {
  constexpr std::array<std::byte, 4> kZeros{};
  constexpr std::size_t kExtension = 4 + 4 * kBlocksPerHeader;
  for (const std::size_t size : {std::size_t{328}, std::size_t{324}}) {
    std::uint32_t crc = crc32c(0xFFFFFFFFU, headers.first(kChecksum));
    crc = crc32c(crc, kZeros);
    crc = crc32c(crc, headers.subspan(kChecksum + 4, size - kChecksum - 4));
    for (std::size_t at = kXfsLogBlock; at < headers.size(); at += kXfsLogBlock)
      crc = crc32c(crc, headers.subspan(at, kExtension));
    if (~crc32c(crc, payload) == stored) return true;
  }
  return false;
}

}  // namespace

std::uint32_t xfs_log_cycle(Bytes block) {
  return is_xfs_log_record(block) ? be32(block, 4) : be32(block, 0);
}

bool is_xfs_log_record(Bytes block) {
  return be32(block, 0) == kMagic;
}

std::optional<XfsLog> XfsLog::open(BlockSource& source, const XfsSuperblock& super) {
  if (super.log_start == 0 || super.log_blocks == 0) return std::nullopt;
  const auto offset = super.block_offset(super.log_start, super.log_blocks);
  const std::uint64_t blocks = std::uint64_t{super.log_blocks} << super.block_log >> 9U;
  if (!offset || blocks > kMostBlocks || blocks < 2 * kBlocksPerHeader) return std::nullopt;
  return XfsLog(source, super, *offset, static_cast<std::uint32_t>(blocks));
}

bool XfsLog::read(std::uint32_t block, std::span<std::byte> out) {
  while (!out.empty()) {
    const std::uint64_t room = std::uint64_t{blocks_ - block} * kXfsLogBlock;
    const auto part =
        out.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, out.size())));
    if (!reader_.read_at(offset_ + std::uint64_t{block} * kXfsLogBlock, part)) return false;
    out = out.subspan(part.size());
    block = 0;
  }
  return true;
}

std::optional<XfsLogRecord> XfsLog::record(std::uint32_t block) {
  std::array<std::byte, kXfsLogBlock> bytes{};
  if (!read(block, bytes) || !is_xfs_log_record(bytes)) return std::nullopt;
  XfsLogRecord record;
  record.block = block;
  record.cycle = be32(bytes, 4);
  const std::uint32_t version = be32(bytes, 8);
  record.length = be32(bytes, 12);
  record.tail_block = be32(bytes, 28);
  record.checksum = le32(bytes, kChecksum);
  record.operations = be32(bytes, 40);
  record.format = be32(bytes, 300);
  const std::uint32_t size = be32(bytes, 320);
  record.header_blocks = 1;
  if ((version & kVersion2) != 0 && size > kBytesPerHeader) {
    if (size > kLargestRecord) return std::nullopt;
    record.header_blocks = (size + kBytesPerHeader - 1) / kBytesPerHeader;
  }
  if (version == 0 || (version & ~3U) != 0 || record.length == 0 ||
      record.length > record.header_blocks * kBytesPerHeader || record.blocks() > blocks_ ||
      record.tail_block >= blocks_ || be32(bytes, 20) != block || be32(bytes, 16) != record.cycle)
    return std::nullopt;
  // A log of another filesystem, left over from before mkfs. sb_uuid: on v5 the one that users may
  // change; the log keeps either.
  const auto uuid = std::span(bytes).subspan(kUuid, 16);
  const auto is = [&](const std::array<std::byte, 16>& other) {
    return std::equal(uuid.begin(), uuid.end(), other.begin());
  };
  if (!is(super_.uuid) && !is(super_.user_uuid)) return std::nullopt;
  return record;
}

std::optional<std::vector<std::byte>> XfsLog::payload(const XfsLogRecord& record) {
  std::vector<std::byte> headers(std::size_t{record.header_blocks} * kXfsLogBlock);
  std::vector<std::byte> bytes(std::size_t{record.payload_blocks()} * kXfsLogBlock);
  if (!read(record.block, headers) ||
      !read(wrap(std::uint64_t{record.block} + record.header_blocks), bytes))
    return std::nullopt;
  if ((super_.v5 || record.checksum != 0) &&
      !checksum_good(headers, Bytes(bytes).first(record.length), record.checksum))
    return std::nullopt;
  for (std::uint32_t i = 0; i < record.payload_blocks(); ++i) {
    // The first header has them behind its other fields, the others behind their cycle number.
    const std::size_t header = i / kBlocksPerHeader;
    const std::size_t kept = header * kXfsLogBlock + (header == 0 ? kCycleData : 4) +
                             std::size_t{i % kBlocksPerHeader} * 4;
    const std::size_t place = std::size_t{i} * kXfsLogBlock;
    std::copy_n(headers.begin() + static_cast<std::ptrdiff_t>(kept), 4,
                bytes.begin() + static_cast<std::ptrdiff_t>(place));
  }
  bytes.resize(record.length);
  return bytes;
}

}  // namespace pidometer
