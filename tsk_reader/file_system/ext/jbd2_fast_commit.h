#pragma once

#include <cstdint>

#include "tsk_reader/file_system/ext/jbd2_log.h"

namespace pidometer {

/// Whether the fast-commit area holds at least one whole fast commit on top of the transactions
/// before `transaction`: changes that a host would replay and that are not in any transaction
/// (ext4_fc_replay_scan() in fs/ext4/fast_commit.c; tags in fast_commit.h). They are not replayed
/// here, but said: docs/adr/0006.
bool has_fast_commit(const Jbd2Log& log, std::uint32_t transaction);

}  // namespace pidometer
