#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/ext/jbd2_superblock.h"

namespace pidometer {

/// A block of the filesystem of which the journal holds a copy.
struct Jbd2LoggedBlock {
  std::uint64_t block = 0;          ///< of the filesystem
  std::uint32_t journal_block = 0;  ///< where the copy is
  std::uint32_t sequence = 0;       ///< of the transaction
  std::uint32_t checksum = 0;       ///< as in the tag
  std::uint32_t order = 0;          ///< place in the log, counted from where the scan began
  bool escaped = false;
};

/// The journal of a filesystem as numbered blocks: which lies where on the volume.
class Jbd2Log {
 public:
  /// `map` is that of the journal's file; the volume must outlive the log. Errors as
  /// parse_jbd2_superblock, or unreadable.
  static Result<Jbd2Log> open(BlockSource& volume, FileMap map, std::uint32_t block_size);

  const Jbd2Superblock& super() const { return super_; }
  BlockSource& volume() const { return *volume_; }

  /// Where a block lies on the volume, in bytes; nothing where the journal's file has a hole there
  /// or ends.
  std::optional<std::uint64_t> place(std::uint32_t block) const;

  /// Why a block could not be read as it was; empty where it could.
  struct Read {
    bool done = false;   ///< the block has a place, and the image answers
    std::string damage;  ///< of the image; zeros may stand in
  };
  /// `out` has block_size bytes.
  Read read(std::uint32_t block, std::span<std::byte> out) const;

  /// A copy, with its first word put back where it was escaped.
  Read read_copy(const Jbd2LoggedBlock& logged, std::span<std::byte> out) const;

 private:
  Jbd2Log(BlockSource& volume, FileMap map) : volume_(&volume), map_(std::move(map)) {}

  BlockSource* volume_;
  FileMap map_;
  Jbd2Superblock super_;
};

/// All copies that the tags of all descriptor blocks in the ring name, those of transactions that
/// were written home long ago too: oldest transaction first. Copies that are visibly overwritten by
/// a later block of the journal are left out; others may be: with checksums v2 and v3
/// logged_copy_holds() knows.
std::vector<Jbd2LoggedBlock> find_logged_blocks(const Jbd2Log& log);

/// Whether a copy's checksum holds; true where the journal has none (has_block_checksums()).
bool logged_copy_holds(const Jbd2Log& log, const Jbd2LoggedBlock& logged);

}  // namespace pidometer
