#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_log/copy_shifts.h"
#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// A record of a text log and its copy in a journal.
struct CopiedRecord {
  std::uint32_t record = 0;  ///< index into the records
  std::uint32_t place = 0;   ///< in JournalTwins::all()
};

/// The text logs that hold records, by number, a log and its rotations together; by path.
std::vector<std::vector<std::size_t>> text_log_families(std::span<const FileLog> logs);

/// The longest run of copies, in their order, whose places ascend.
std::vector<CopiedRecord> in_journals_order(const std::vector<CopiedRecord>& pairs);

/// Between two neighbouring copies of one text log and one host.
struct CopyGap {
  std::size_t log = 0;
  CopiedRecord first;
  CopiedRecord last;
  std::vector<std::uint32_t> missing;  ///< places of twins that the log lacks, ascending
};

/// The text logs of a folder, each laid along the journals. A log and its rotations are one family:
/// the rules of a syslog daemon are the same for all of them.
class CopiedLogs {
 public:
  /// Event and program of a record; and one job's: with its label.
  using Kind = std::uint64_t;
  using Job = std::pair<Kind, std::uint32_t>;

  struct Family {
    std::map<std::size_t, std::vector<CopiedRecord>> pairs;  ///< by log, in its order
    std::uint64_t copied = 0;
    /// Records in the journals' time that are no copies of any of theirs.
    std::map<Pid, std::vector<std::pair<Timestamp, Job>>> strangers_by_pid;
    std::map<Job, std::vector<Timestamp>> strangers_by_job;
    /// Those of them that have a PID, as indices into the records, by log, in its order.
    std::map<std::size_t, std::vector<std::uint32_t>> strangers;
  };

  /// Fills LogReport::beside_journal of the text logs. All must outlive it; of `twins` each family
  /// takes in a round of its own.
  CopiedLogs(std::span<FileLog> logs, const std::vector<StoredRecord>& records, JournalTwins& twins,
             const CopyShifts& shifts);

  const std::vector<Family>& families() const { return families_; }
  /// From now on it is asked about this family.
  void begin(std::size_t family);

  /// Whether that family holds the journal's record.
  bool holds(std::uint32_t place) const { return held_[place]; }

  /// Copies of a log by host, in the log's order.
  std::map<std::uint32_t, std::vector<CopiedRecord>> by_host(
      std::span<const CopiedRecord> pairs) const;

  struct Gaps {
    std::vector<CopyGap> gaps;  ///< by log, in its order
    /// By log: copies that are out of the journal's order, which end no gap.
    std::map<std::size_t, std::uint64_t> out_of_order;
    /// By log: twins that nobody looked at, because the logs would have to be compared too often.
    std::map<std::size_t, std::uint64_t> too_many;
  };
  /// What that family lacks. Host by host, along the longest run of copies that are in the
  /// journal's order. Each twin is missing once, from the narrowest gap around it. A record that
  /// stands in it otherwise is not missing: late, dated by another zone, in other words, with a PID
  /// of a container's, or folded into one that it repeats.
  Gaps gaps();
  /// Kinds of records that it holds as a rule: at least as many as it lacks, the one job apart of
  /// which it lacks most.
  std::set<Kind> held_kinds(const std::vector<CopyGap>& gaps) const;
  /// The times of the twins in that gap that another family holds: signs of the daemon's life.
  /// Ascending; none where too much was looked through already.
  std::vector<Timestamp> held_elsewhere(const CopyGap& gap);
  /// The times of all twins that any text log holds, ascending.
  std::vector<Timestamp> copied_times() const;

  Kind kind_of(const StoredRecord& record) const { return twins_.key_of(record).event_and_program; }
  Job job_of(const StoredRecord& record) const { return {kind_of(record), record.label}; }
  const StoredRecord& twin(std::uint32_t place) const {
    return records_[twins_.all()[place].record];
  }
  Timestamp time_of(std::uint32_t place) const { return twins_.all()[place].time; }

 private:
  void match(Family& family, FileLog& log, std::size_t number, std::uint32_t round);
  void fill(CopyGap& gap, std::vector<bool>& seen) const;
  std::span<const std::uint32_t> between(const CopyGap& gap) const;
  /// Whether so many twins may still be looked at; takes them from what is left.
  bool may_look(std::size_t twins);
  bool stands_otherwise(std::uint32_t place) const;

  const std::vector<StoredRecord>& records_;
  JournalTwins& twins_;
  const CopyShifts& shifts_;
  std::vector<Family> families_;
  std::vector<std::uint8_t> holders_;  ///< of each twin: families that hold it
  std::vector<bool> held_;             ///< of each twin: whether the present family does
  std::size_t present_ = 0;
  std::uint64_t looks_left_ = 0;  ///< at twins, over all families
};

}  // namespace pidometer
