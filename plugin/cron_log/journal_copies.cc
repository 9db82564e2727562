#include "plugin/cron_log/journal_copies.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "plugin/cron_log/host_groups.h"
#include "plugin/cron_log/series_order.h"

namespace pidometer {
namespace {

using std::chrono::microseconds;

/// A second cut off, and a second between two daemons.
constexpr microseconds kBefore = std::chrono::seconds(1);
constexpr microseconds kBehind = std::chrono::seconds(2);
/// Zones differ by quarters of an hour, and by 26 hours at most (UTC-12 to UTC+14).
constexpr std::chrono::minutes kZoneStep{15};
constexpr std::chrono::hours kMostShift{26};
/// With fewer nothing can be said of all.
constexpr std::uint64_t kEnough = 8;

/// PID, label, event and who wrote it.
struct Key {
  std::uint64_t pid_and_label = 0;
  std::uint64_t event_and_program = 0;
  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
    std::uint64_t hash = key.pid_and_label * kOdd;
    hash = (hash ^ (hash >> 29U) ^ key.event_and_program) * kOdd;
    return hash ^ (hash >> 32U);
  }
};

struct JournalRecord {
  Timestamp time;
  std::uint16_t source = 0;
  bool taken = false;
};

class Copies {
 public:
  Copies(std::span<FileLog> logs, SourceTable& sources, std::vector<StoredRecord>& records)
      : logs_(logs), sources_(sources), records_(records) {
    std::map<std::string, std::uint32_t> known;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const std::string name = short_name(sources[i].hostname) + '\0' + sources[i].reporter;
      programs_.push_back(
          known.try_emplace(name, static_cast<std::uint32_t>(known.size())).first->second);
    }
  }

  JournalCopies run() {
    JournalCopies result;
    index();
    if (journal_.empty()) return result;
    const std::chrono::minutes shift = usual_shift(result);
    result.shift = shift;
    std::vector<bool> dropped(records_.size());
    for (FileLog& log : logs_) {
      if (log.is_journal) continue;
      for (std::size_t r = log.begin; r < log.end; ++r) {
        JournalRecord* const twin = twin_of(records_[r], shift);
        if (twin == nullptr) continue;
        twin->taken = true;
        names_.try_emplace(sources_[records_[r].source].hostname, sources_[twin->source].hostname);
        dropped[r] = true;
        ++result.copies;
      }
    }
    if (result.copies == 0 || result.disagree()) return result;
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
  Key key_of(const StoredRecord& record) const {
    return {
        std::uint64_t{record.pid} << 32U | record.label,
        std::uint64_t{programs_[record.source]} << 8U | static_cast<std::uint64_t>(record.event)};
  }

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

  void index() {
    for (const FileLog& log : logs_) {
      if (!log.is_journal) continue;
      for (std::size_t r = log.begin; r < log.end; ++r) {
        const Timestamp time = records_[r].time;
        journal_[key_of(records_[r])].push_back({time, records_[r].source});
        first_ = std::min(first_, time);
        last_ = std::max(last_, time);
      }
    }
    for (auto& [key, times] : journal_)
      std::stable_sort(
          times.begin(), times.end(),
          [](const JournalRecord& a, const JournalRecord& b) { return a.time < b.time; });
  }

  JournalRecord* twin_of(const StoredRecord& record, std::chrono::minutes shift) {
    const auto known = journal_.find(key_of(record));
    if (known == journal_.end()) return nullptr;
    const Timestamp time = record.time + shift;
    auto at =
        std::partition_point(known->second.begin(), known->second.end(),
                             [&](const JournalRecord& one) { return one.time < time - kBefore; });
    for (; at != known->second.end() && at->time < time + kBehind; ++at)
      if (!at->taken) return &*at;
    return nullptr;
  }

  /// By how much most text records in the journals' time are off. Each votes for the distance to
  /// the nearest record of its key.
  std::chrono::minutes usual_shift(JournalCopies& result) {
    std::map<std::int64_t, std::uint64_t> votes;
    for (const FileLog& log : logs_) {
      if (log.is_journal) continue;
      for (std::size_t r = log.begin; r < log.end; ++r) {
        const StoredRecord& record = records_[r];
        // Without a PID nothing tells a line from its like.
        if (record.pid == 0 || record.time < first_ || record.time > last_) continue;
        ++result.within;
        if (const auto steps = nearest(record)) ++votes[*steps];
      }
    }
    std::int64_t best = 0;
    for (const auto& [steps, count] : votes)
      if (count > votes[best]) best = steps;
    if (votes[best] < kEnough || votes[best] * 2 < result.within) best = 0;
    return best * kZoneStep;
  }

  std::optional<std::int64_t> nearest(const StoredRecord& record) const {
    const auto known = journal_.find(key_of(record));
    if (known == journal_.end()) return std::nullopt;
    const auto& times = known->second;
    const auto at = std::partition_point(times.begin(), times.end(), [&](const JournalRecord& one) {
      return one.time < record.time - kBefore;
    });
    std::optional<std::int64_t> best;
    const auto look = [&](Timestamp time) {
      const auto distance = time - record.time;
      if (distance > kMostShift || distance < -kMostShift) return;
      const microseconds step = kZoneStep;
      // From one second before to two behind a whole number of steps.
      const std::int64_t steps = (distance + kBefore + step * 1000) / step - 1000;
      if (distance - steps * step >= kBehind) return;
      if (!best || std::abs(steps) < std::abs(*best)) best = steps;
    };
    if (at != times.end()) look(at->time);
    if (at != times.begin()) look(std::prev(at)->time);
    return best;
  }

  std::span<FileLog> logs_;
  SourceTable& sources_;
  std::vector<StoredRecord>& records_;
  std::vector<std::uint32_t> programs_;  ///< of each source: host and program
  std::unordered_map<Key, std::vector<JournalRecord>, KeyHash> journal_;
  std::map<std::string, std::string> names_;  ///< of hosts: in text logs, in journals
  Timestamp first_ = Timestamp::max();
  Timestamp last_ = Timestamp::min();
};

}  // namespace

bool JournalCopies::disagree() const {
  return within >= kEnough && copies * 2 < within;
}

JournalCopies drop_journal_copies(std::span<FileLog> logs, SourceTable& sources,
                                  std::vector<StoredRecord>& records) {
  const auto is_journal = [](const FileLog& log) { return log.is_journal; };
  if (std::none_of(logs.begin(), logs.end(), is_journal) ||
      std::all_of(logs.begin(), logs.end(), is_journal))
    return {};
  return Copies(logs, sources, records).run();
}

}  // namespace pidometer
