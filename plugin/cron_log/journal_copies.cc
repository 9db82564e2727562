#include "plugin/cron_log/journal_copies.h"

#include <algorithm>
#include <map>
#include <string>

#include "plugin/cron_log/find_lost_copies.h"
#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/series_order.h"

namespace pidometer {
namespace {

/// With fewer nothing can be said of all.
constexpr std::uint64_t kEnough = 8;

constexpr std::uint32_t kRound = 1;

class Copies {
 public:
  Copies(std::span<FileLog> logs, SourceTable& sources, std::span<const JobLabel> labels,
         std::vector<StoredRecord>& records)
      : logs_(logs),
        sources_(sources),
        labels_(labels),
        records_(records),
        twins_(logs, sources, records) {}

  JournalCopies run() {
    JournalCopies result;
    if (twins_.empty()) return result;
    const std::chrono::minutes shift = usual_shift();
    result.shift = shift;
    std::vector<bool> dropped(records_.size());
    bool any = false;
    for (FileLog& log : logs_) {
      if (log.is_journal) continue;
      for (std::size_t r = log.begin; r < log.end; ++r) {
        const auto twin = twins_.take(records_[r], shift, kRound);
        // Without a PID nothing tells a line from its like. A copy at the very ends is within.
        if (records_[r].pid != 0) {
          if (twin || is_within(records_[r].time + shift)) ++result.within;
          if (twin) ++result.copies;
        }
        if (!twin) continue;
        const StoredRecord& kept = records_[twins_.all()[*twin].record];
        names_.try_emplace(sources_[records_[r].source].hostname, sources_[kept.source].hostname);
        dropped[r] = true;
        any = true;
      }
    }
    if (!any || result.disagree()) return result;
    result.lost = find_lost_copies(logs_, sources_, labels_, records_, twins_, shift);
    for (FileLog& log : logs_)
      for (std::size_t r = log.begin; r < log.end; ++r)
        if (dropped[r]) {
          ++log.report.duplicate_lines;
          --log.report.records;
        }
    remove_records(logs_, records_, dropped);
    rename();
    return result;
  }

 private:
  bool is_within(Timestamp time) const { return time >= twins_.first() && time <= twins_.last(); }

  void rename() {
    std::map<std::uint16_t, std::uint16_t> renamed;
    for (const FileLog& log : logs_) {
      if (log.is_journal) continue;
      for (std::size_t r = log.begin; r < log.end; ++r) {
        StoredRecord& record = records_[r];
        const auto [at, is_new] = renamed.try_emplace(record.source, record.source);
        if (is_new) {
          const LineSource old = sources_[record.source];
          const auto name = names_.find(old.hostname);
          if (name != names_.end() && name->second != old.hostname)
            at->second = sources_.intern(name->second, old.reporter, old.dialect);
        }
        record.source = at->second;
      }
    }
  }

  /// By how much most text records in the journals' time are off. Each votes for the distance to
  /// the nearest record of its key.
  std::chrono::minutes usual_shift() {
    std::uint64_t voters = 0;
    std::map<std::int64_t, std::uint64_t> votes;
    for (const FileLog& log : logs_) {
      if (log.is_journal) continue;
      for (std::size_t r = log.begin; r < log.end; ++r) {
        const StoredRecord& record = records_[r];
        if (record.pid == 0 || !is_within(record.time)) continue;
        ++voters;
        if (const auto steps = twins_.steps_to_nearest(record)) ++votes[*steps];
      }
    }
    std::int64_t best = 0;
    for (const auto& [steps, count] : votes)
      if (count > votes[best]) best = steps;
    if (votes[best] < kEnough || votes[best] * 2 < voters) best = 0;
    return best * JournalTwins::kZoneStep;
  }

  std::span<FileLog> logs_;
  SourceTable& sources_;
  std::span<const JobLabel> labels_;
  std::vector<StoredRecord>& records_;
  JournalTwins twins_;
  std::map<std::string, std::string> names_;  ///< of hosts: in text logs, in journals
};

}  // namespace

bool JournalCopies::disagree() const {
  return within >= kEnough && copies * 2 < within;
}

JournalCopies drop_journal_copies(std::span<FileLog> logs, SourceTable& sources,
                                  std::span<const JobLabel> labels,
                                  std::vector<StoredRecord>& records) {
  const auto is_journal = [](const FileLog& log) { return log.is_journal; };
  if (std::none_of(logs.begin(), logs.end(), is_journal) ||
      std::all_of(logs.begin(), logs.end(), is_journal))
    return {};
  return Copies(logs, sources, labels, records).run();
}

}  // namespace pidometer
