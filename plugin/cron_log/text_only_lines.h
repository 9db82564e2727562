#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plugin/cron_log/copied_logs.h"
#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/loss_hints.h"
#include "plugin/cron_log/lost_copies.h"

namespace pidometer {

/// What a text log says in the journals' time and they do not have.
struct TextOnlyLines {
  /// One a line, AgainstJournal::line_edited or line_inserted; its place is `first` and `last`.
  std::vector<LostCopies> told;
  /// Records, by index, that are no readings of the clock: the journals' own stand in their place,
  /// or what they say is not believed.
  std::vector<std::uint32_t> no_readings;
  /// Records that are left as they are, since the journals may have lost them.
  std::uint64_t not_judged_lossy = 0;
  /// The same, since the log has so many of them that they came by a way of their own.
  std::uint64_t not_judged_many = 0;
};

/// Of one log and its rotations, which `copied` was told to begin with. docs/log_copies.md, "What
/// stands in the text log alone".
TextOnlyLines find_text_only_lines(std::span<const FileLog> logs, std::span<const JobLabel> labels,
                                   const std::vector<StoredRecord>& records,
                                   const JournalTwins& twins, const CopyShifts& shifts,
                                   const CopiedLogs& copied, const CopiedLogs::Family& family,
                                   const LossHints& hints);

}  // namespace pidometer
