#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tsk_reader/file_system/xfs/xfs_log.h"
#include "tsk_reader/file_system/xfs/xfs_log_head.h"

namespace pidometer {

/// What a transaction logged of one object: a description, which begins with type and count of
/// regions, and the regions themselves.
struct XfsLogItem {
  std::vector<std::vector<std::byte>> regions;

  std::uint16_t type() const;
};

/// A transaction of which all parts are in the log, its commit among them.
struct XfsLogTransaction {
  std::uint64_t lsn = 0;  ///< of the record in which it begins
  std::vector<XfsLogItem> items;
};

/// Takes a transaction; what it returns, where it is not empty, is why the reading has to end.
using XfsTransactionVisitor = std::function<std::string(const XfsLogTransaction&)>;

/// How far the log could be read.
struct XfsLogWalk {
  std::string damage;   ///< why it ended before the head; empty where it did not
  std::string refusal;  ///< of the visitor
};

/// Puts the committed transactions from the tail to the head of the log together, in the order of
/// their commits, and gives them to `visit`. Those that have no commit are dropped, as in
/// xlog_do_recovery_pass.
XfsLogWalk walk_xfs_log(XfsLog& log, const XfsLogState& state, const XfsTransactionVisitor& visit);

}  // namespace pidometer
