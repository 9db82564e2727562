#include "plugin/cron_log/journal_copies.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "plugin/cron_log/copied_logs.h"
#include "plugin/cron_log/copy_shifts.h"
#include "plugin/cron_log/find_lost_copies.h"
#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/series_order.h"

namespace pidometer {
namespace {

/// With fewer nothing can be said of all.
constexpr std::uint64_t kEnough = 8;

/// Of a log's records in the journals' time: one in twenty that is dated otherwise, and so many
/// lines of which nobody knows where they belong.
constexpr std::uint64_t kMisdatedPart = 20;

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
    if (twins_.empty()) return {};
    const CopyShifts shifts(logs_, records_, twins_);
    dropped_.resize(records_.size());
    std::set<std::size_t> withheld;
    for (const std::vector<std::size_t>& family : text_log_families(logs_))
      if (match(family, shifts)) withheld.insert(family.begin(), family.end());
    if (names_.empty() || result_.disagree()) return std::move(result_);
    LossesOfCopies losses =
        find_lost_copies(logs_, sources_, labels_, records_, twins_, shifts, withheld);
    result_.lost = std::move(losses.lost);
    for (const std::uint32_t r : losses.no_readings) records_[r].pid_role = PidRole::none;
    for (FileLog& log : logs_)
      for (std::size_t r = log.begin; r < log.end; ++r)
        if (dropped_[r]) {
          ++log.report.duplicate_lines;
          --log.report.records;
        }
    remove_records(logs_, records_, dropped_);
    rename();
    return std::move(result_);
  }

 private:
  /// Finds the copies of a log and its rotations. True where too many are dated otherwise.
  bool match(const std::vector<std::size_t>& family, const CopyShifts& shifts) {
    const std::uint32_t round = twins_.new_round();
    std::vector<std::size_t> alone;
    std::uint64_t within = 0;
    for (const std::size_t number : family)
      for (std::size_t r = logs_[number].begin; r < logs_[number].end; ++r) {
        const std::chrono::minutes shift = shifts.of(r);
        const auto twin = twins_.take(records_[r], shift, round);
        // Without a PID nothing tells a line from its like. A copy at the very ends is within.
        if (records_[r].pid != 0) {
          if (twin || is_within(records_[r].time + shift)) ++within;
          if (twin) ++result_.copies;
          if (!twin) alone.push_back(r);
        }
        if (!twin) continue;
        if (shift.count() != 0) ++result_.shifted[shift];
        const StoredRecord& kept = records_[twins_.all()[*twin].record];
        names_.try_emplace(sources_[records_[r].source].hostname, sources_[kept.source].hostname);
        dropped_[r] = true;
      }
    result_.within += within;
    std::erase_if(alone, [&](std::size_t r) { return !twins_.take_misdated(records_[r], round); });
    if (alone.size() < kEnough || alone.size() * kMisdatedPart < within) return false;
    for (const std::size_t r : alone) dropped_[r] = true;
    result_.copies += alone.size();
    const auto journal =
        std::find_if(logs_.begin(), logs_.end(), [](const FileLog& log) { return log.is_journal; });
    result_.misdated.push_back({logs_[family.front()].report.entry.path, journal->report.entry.path,
                                alone.size(), within});
    return true;
  }

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

  std::span<FileLog> logs_;
  SourceTable& sources_;
  std::span<const JobLabel> labels_;
  std::vector<StoredRecord>& records_;
  JournalTwins twins_;
  std::map<std::string, std::string> names_;  ///< of hosts: in text logs, in journals
  std::vector<bool> dropped_;                 ///< by record
  JournalCopies result_;
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
