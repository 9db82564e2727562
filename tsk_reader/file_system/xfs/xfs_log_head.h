#pragma once

#include <cstdint>
#include <vector>

#include "tsk_reader/file_system/xfs/xfs_log.h"

namespace pidometer {

/// What the log says of the filesystem.
struct XfsLogState {
  enum class Kind {
    clean,    ///< unmounted: nothing waits
    dirty,    ///< the records from `tail` to `head` were not all written home
    unknown,  ///< the log makes no sense
  };
  Kind kind = Kind::unknown;
  std::uint32_t tail = 0;  ///< block of the log where a replay begins
  std::uint32_t head = 0;  ///< the first block behind the last record
  bool torn = false;       ///< what was written last fails its checksum and does not count
};

/// Finds the log's end as a mounting kernel does (xfs_log_recover.c, xlog_find_head and
/// xlog_find_tail): by the cycle numbers, the last records being checked. Of a log that was
/// unmounted some 30 blocks are read, else some 2 MB.
XfsLogState find_xfs_log_state(XfsLog& log);

}  // namespace pidometer
