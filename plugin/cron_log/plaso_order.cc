#include "plugin/cron_log/plaso_order.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>

#include "plugin/cron_log/plaso_clock_steps.h"
#include "plugin/cron_log/series_order.h"

namespace pidometer {
namespace {

/// Within a second a counter goes on by some hundreds at most, and a line may come a moment late.
/// What is so far below the PID before it stands behind a wrap, or a boot: half of the smallest
/// range in wide use (pid_max 32768, include/linux/threads.h: PID_MAX_DEFAULT).
constexpr Pid kFarBack = 16384;

bool is_reading(const StoredRecord& record) {
  return record.pid > 0 && (record.pid_role == PidRole::fresh || record.pid_role == PidRole::boot);
}

/// A job starts, writes and ends; else CronEvent's own order.
bool same_instant_less(const StoredRecord& a, const StoredRecord& b) {
  if (a.event != b.event) return a.event < b.event;
  return a.line < b.line;
}

/// Whether two records are of one line: only where their words are kept in them.
bool same_line(const StoredRecord& a, const StoredRecord& b) {
  return a.time == b.time && a.source == b.source && a.pid == b.pid && a.pid > 0 &&
         a.event == b.event && a.label == b.label && a.pid_role == b.pid_role &&
         (a.label != 0 || a.pid_role == PidRole::boot);
}

/// The hosts' numbers, by source.
std::vector<std::uint32_t> number_hosts(const SourceTable& sources) {
  std::vector<std::uint32_t> hosts(sources.size());
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::size_t i = 0; i < sources.size(); ++i)
    hosts[i] = known.try_emplace(sources[i].hostname, static_cast<std::uint32_t>(known.size()))
                   .first->second;
  return hosts;
}

class InstantOrder {
 public:
  explicit InstantOrder(const std::vector<std::uint32_t>& hosts)
      : hosts_(hosts), last_(hosts.size(), 0) {}

  /// Of records of one instant.
  void apply(std::span<StoredRecord> group) {
    if (group.size() > 1) {
      std::sort(group.begin(), group.end(),
                [this](const StoredRecord& a, const StoredRecord& b) { return host(a) < host(b); });
      for (auto first = group.begin(); first != group.end();) {
        const auto last = std::find_if(first, group.end(), [&](const StoredRecord& record) {
          return host(record) != host(*first);
        });
        apply_to_host({first, last});
        first = last;
      }
    }
    for (const StoredRecord& record : group)
      if (is_reading(record)) last_[host(record)] = record.pid;
  }

 private:
  std::uint32_t host(const StoredRecord& record) const { return hosts_[record.source]; }

  void apply_to_host(std::span<StoredRecord> own) {
    Pid from = last_[host(own.front())];
    // Of the first instant nothing stands before: its largest PID does.
    if (from == 0)
      for (const StoredRecord& record : own)
        if (is_reading(record)) from = std::max(from, record.pid);
    const auto is_behind = [from](const StoredRecord& record) {
      return record.pid == 0 || record.pid + kFarBack < from;
    };
    std::sort(own.begin(), own.end(), [&](const StoredRecord& a, const StoredRecord& b) {
      if (is_behind(a) != is_behind(b)) return is_behind(b);
      if ((a.pid == 0) != (b.pid == 0)) return b.pid == 0;
      if (a.pid != b.pid) return a.pid < b.pid;
      return same_instant_less(a, b);
    });
  }

  const std::vector<std::uint32_t>& hosts_;
  std::vector<Pid> last_;  ///< reading of each host; 0: none so far
};

/// part_clock_steps() for each host, whose records stay in the places that are its own.
void part_hosts(std::span<StoredRecord> own, const std::vector<std::uint32_t>& hosts) {
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < own.size(); ++i) places[hosts[own[i].source]].push_back(i);
  std::vector<StoredRecord> one;
  for (const auto& [host, at] : places) {
    one.clear();
    for (const std::size_t i : at) one.push_back(own[i]);
    part_clock_steps(one);
    for (std::size_t k = 0; k < at.size(); ++k) own[at[k]] = one[k];
  }
}

}  // namespace

void order_plaso_records(std::vector<FileLog>& logs, const SourceTable& sources,
                         std::vector<StoredRecord>& records) {
  const std::vector<std::uint32_t> hosts = number_hosts(sources);
  std::vector<bool> dropped;
  for (FileLog& log : logs) {
    if (log.form != LogForm::plaso_rows || log.begin == log.end) continue;
    const std::span<StoredRecord> own(records.data() + log.begin, log.end - log.begin);
    const auto earlier = [](const StoredRecord& a, const StoredRecord& b) {
      return a.time < b.time;
    };
    if (!std::is_sorted(own.begin(), own.end(), earlier))
      std::stable_sort(own.begin(), own.end(), earlier);
    InstantOrder order(hosts);
    for (std::size_t first = 0; first < own.size();) {
      std::size_t last = first + 1;
      while (last < own.size() && own[last].time == own[first].time) ++last;
      order.apply(own.subspan(first, last - first));
      first = last;
    }
    for (std::size_t i = 1; i < own.size(); ++i) {
      if (!same_line(own[i - 1], own[i])) continue;
      if (dropped.empty()) dropped.resize(records.size());
      dropped[log.begin + i] = true;
      ++log.report.duplicate_lines;
      --log.report.records;
    }
  }
  if (!dropped.empty()) remove_records(logs, records, dropped);
  for (const FileLog& log : logs)
    if (log.form == LogForm::plaso_rows)
      part_hosts({records.data() + log.begin, log.end - log.begin}, hosts);
}

}  // namespace pidometer
