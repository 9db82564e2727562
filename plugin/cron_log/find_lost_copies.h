#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "plugin/cron_log/copy_shifts.h"
#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/lost_copies.h"

namespace pidometer {

struct LossesOfCopies {
  std::vector<LostCopies> lost;
  /// Records of text logs, by index, that are no readings of the clock.
  std::vector<std::uint32_t> no_readings;
};

/// Lays the text logs of one host beside its journals: between two records of one text log that are
/// both copies, what does the journal hold and the text log lack (docs/log_copies.md)? And what do
/// text logs hold between two files of the journal? Nothing is said across damaged bytes, unparsed
/// lines and ends of files, nor of records of a kind that the log does not hold as a rule.
/// Fills LogReport::beside_journal.
/// `withheld`: text logs, by number, of which single lines are not judged.
/// LostCopies::first_kept and last_kept are left to whoever makes series.
/// Lines that only a text log has are among them, one by one (text_only_lines.h).
LossesOfCopies find_lost_copies(std::span<FileLog> logs, const SourceTable& sources,
                                std::span<const JobLabel> labels,
                                const std::vector<StoredRecord>& records, JournalTwins& twins,
                                const CopyShifts& shifts, const std::set<std::size_t>& withheld);

}  // namespace pidometer
