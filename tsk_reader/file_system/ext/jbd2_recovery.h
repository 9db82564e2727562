#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tsk_reader/file_system/ext/jbd2_log.h"

namespace pidometer {

/// What a replay of the journal changes: the outcome of the three passes of jbd2_journal_recover()
/// (fs/jbd2/recovery.c of Linux 6.18: scan, revoke, replay), as a list and with nothing written.
struct Jbd2Recovery {
  std::uint32_t first_transaction = 0;
  std::uint32_t end_transaction = 0;  ///< behind the last that is replayed
  /// The copies that stand at the end, one a block of the filesystem, sorted by it. Bytes are not
  /// kept: a journal may hold 1 GiB.
  std::vector<Jbd2LoggedBlock> blocks;
  /// Blocks whose newest copy fails its checksum, sorted. As with the kernel an older copy, or
  /// none, stands in its place.
  std::vector<Jbd2LoggedBlock> failed;
  std::size_t revoked = 0;  ///< copies that were left out because of a revoke record
  /// What was not replayed and should have been, or may have been: whole sentences without a stop.
  /// A last transaction that was never completed is none: the host had not made it last either.
  std::vector<std::string> problems;

  std::uint32_t transactions() const { return end_transaction - first_transaction; }
};

/// `volume_size` in bytes: copies of blocks that lie past it are left out, and said. Nothing is
/// replayed where the superblock says that nothing waits.
Jbd2Recovery recover_jbd2(const Jbd2Log& log, std::uint64_t volume_size);

}  // namespace pidometer
