#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsk_reader/file_system/ext/jbd2_log.h"

namespace pidometer {

/// A revoke block of a transaction that is replayed.
struct Jbd2RevokeBlock {
  std::uint32_t journal_block = 0;
  std::uint32_t sequence = 0;
};

/// The transactions that wait in the journal, from the first to the last that is whole.
struct Jbd2Scan {
  std::uint32_t end_transaction = 0;    ///< behind the last whole one
  std::vector<Jbd2LoggedBlock> copies;  ///< of all whole ones, in the order of the log
  std::vector<Jbd2RevokeBlock> revokes;
  std::vector<std::string> problems;  ///< as Jbd2Recovery's
};

/// The scan pass of do_one_pass() in fs/jbd2/recovery.c (Linux 6.18), with its rules for failed
/// checksums: a commit block that fails ends the log before its transaction, silently only where it
/// is older than the one before (stale) or may have been interrupted (async commit, nothing
/// behind); a descriptor or revoke block that fails makes the kernel refuse the whole journal, and
/// ends the log here. The superblock's `start` must not be 0.
Jbd2Scan scan_jbd2(const Jbd2Log& log);

}  // namespace pidometer
