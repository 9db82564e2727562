#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// What was done to the records of a file whose lines do not stand in the order of their times.
struct FileOrder {
  bool newest_first = false;
  std::size_t parts = 0;             ///< that were put in the order of their times; 0: none
  std::uint64_t repeated = 0;        ///< records that stand further up too, and were taken out
  std::uint32_t first_repeated = 0;  ///< line of the first of them

  bool changed() const { return newest_first || parts > 0 || repeated > 0; }
};

/// Puts the records of one file, which are those from `begin` on and not dated yet, in the order
/// of their times where the file as a whole is not: one that somebody turned round (`tac`,
/// `journalctl -r`), that holds itself twice, or whose parts were joined in the wrong order
/// (`cat cron cron.1`). Single lines are left where they are: that is the clock's to tell.
FileOrder order_file(std::vector<StoredRecord>& records, std::size_t begin);

/// What was done, in words; empty where nothing was.
std::string file_order_words(const FileOrder& order);

}  // namespace pidometer
