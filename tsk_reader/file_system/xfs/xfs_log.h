#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tsk_reader/bytes/structure_reader.h"
#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

/// The log is addressed in blocks of this size, whatever the filesystem's is.
inline constexpr std::uint32_t kXfsLogBlock = 512;

/// A record of the log: what one in-core log buffer held when it was written (xlog_rec_header).
struct XfsLogRecord {
  std::uint32_t block = 0;          ///< where it begins
  std::uint32_t cycle = 0;          ///< how often the log had been filled
  std::uint32_t length = 0;         ///< bytes of its payload
  std::uint32_t header_blocks = 0;  ///< in front of the payload
  std::uint32_t operations = 0;     ///< parts of the payload
  std::uint32_t tail_block = 0;     ///< from there on a replay has to begin
  std::uint32_t checksum = 0;       ///< 0: none (v4)
  std::uint32_t format = 0;         ///< 1: written on a little-endian machine

  std::uint32_t payload_blocks() const { return (length + kXfsLogBlock - 1) / kXfsLogBlock; }
  std::uint32_t blocks() const { return header_blocks + payload_blocks(); }
  /// The log sequence number of all that begins in this record.
  std::uint64_t lsn() const { return std::uint64_t{cycle} << 32U | block; }
};

/// A filesystem's internal log: a ring of blocks each of which begins with the number of the cycle
/// it was written in (the bytes in whose place it stands are kept in the record's header). Does not
/// own the source.
class XfsLog {
 public:
  /// Nothing where the superblock names no place for the log within the filesystem.
  static std::optional<XfsLog> open(BlockSource& source, const XfsSuperblock& super);

  std::uint32_t blocks() const { return blocks_; }
  std::uint32_t wrap(std::uint64_t block) const {
    return static_cast<std::uint32_t>(block % blocks_);
  }
  /// Blocks from `from` on to `to`, around the ring.
  std::uint32_t distance(std::uint32_t from, std::uint32_t to) const {
    return to >= from ? to - from : blocks_ - from + to;
  }

  /// Whether damage of the image was met where the log was read.
  bool is_damaged() const { return !reader_.damage().empty(); }

  /// Fills `out`, a multiple of kXfsLogBlock, from `block` on, around the ring.
  bool read(std::uint32_t block, std::span<std::byte> out);

  /// The record that begins at `block`: magic, place and lengths make sense, and it belongs to this
  /// filesystem.
  std::optional<XfsLogRecord> record(std::uint32_t block);

  /// A record's payload with its own bytes in place of the cycle numbers; nothing where its
  /// checksum is wrong (v5: or missing).
  std::optional<std::vector<std::byte>> payload(const XfsLogRecord& record);

 private:
  XfsLog(BlockSource& source, const XfsSuperblock& super, std::uint64_t offset,
         std::uint32_t blocks)
      : reader_(source), super_(super), offset_(offset), blocks_(blocks) {}

  StructureReader reader_;
  XfsSuperblock super_;
  std::uint64_t offset_;  ///< bytes into the volume
  std::uint32_t blocks_;
};

/// The cycle number of a block of the log.
std::uint32_t xfs_log_cycle(std::span<const std::byte> block);
/// Whether a block is the first of a record.
bool is_xfs_log_record(std::span<const std::byte> block);

}  // namespace pidometer
