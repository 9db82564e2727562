#include "plugin/cron_log/series_order.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

namespace pidometer {
namespace {

/// Framings without a fraction of a second stand up to one second early.
constexpr std::chrono::seconds kOneSecond{1};

struct Stretch {
  std::size_t log = 0;
  Timestamp first;  ///< earliest and latest: a clock set back makes them no ends
  Timestamp last;
};

std::vector<Stretch> stretches_by_time(std::span<const FileLog> logs) {
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < logs.size(); ++i)
    if (logs[i].begin < logs[i].end) stretches.push_back({i, logs[i].earliest, logs[i].latest});
  std::stable_sort(stretches.begin(), stretches.end(),
                   [](const Stretch& a, const Stretch& b) { return a.first < b.first; });
  return stretches;
}

/// Calls `act` with each maximal group of stretches that overlap, in the order of time.
template <typename Act>
void for_each_group(const std::vector<Stretch>& stretches, const Act& act) {
  for (std::size_t begin = 0; begin < stretches.size();) {
    Timestamp last = stretches[begin].last;
    std::size_t end = begin + 1;
    while (end < stretches.size() && stretches[end].first <= last + kOneSecond) {
      last = std::max(last, stretches[end].last);
      ++end;
    }
    act(std::span(stretches).subspan(begin, end - begin));
    begin = end;
  }
}

struct Key {
  std::int64_t second;
  std::uint64_t pid_and_label;
  std::uint64_t source_and_event;
  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
    std::uint64_t hash = static_cast<std::uint64_t>(key.second) * kOdd;
    hash = (hash ^ (hash >> 29U) ^ key.pid_and_label) * kOdd;
    hash = (hash ^ (hash >> 29U) ^ key.source_and_event) * kOdd;
    return hash ^ (hash >> 32U);
  }
};

Key key_of(const StoredRecord& record, std::uint32_t label,
           std::span<const std::uint32_t> programs) {
  return {
      std::chrono::floor<std::chrono::seconds>(record.time).time_since_epoch().count(),
      (std::uint64_t{record.pid} << 32U) | label,
      (std::uint64_t{programs[record.source]} << 8U) | static_cast<std::uint64_t>(record.event)};
}

/// Sources without their dialect: two files may write one program's lines in two framings.
std::vector<std::uint32_t> same_program(const SourceTable& sources) {
  std::vector<std::uint32_t> first(sources.size());
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string key = sources[i].hostname + '\0' + sources[i].reporter;
    first[i] = known.try_emplace(key, static_cast<std::uint32_t>(i)).first->second;
  }
  return first;
}

}  // namespace

void drop_duplicates(std::span<FileLog> logs, const SourceTable& sources,
                     std::span<const JobLabel> labels, std::vector<StoredRecord>& records) {
  const std::vector<Stretch> stretches = stretches_by_time(logs);
  const std::vector<std::uint32_t> programs = same_program(sources);
  std::vector<bool> dropped;
  const auto drop = [&](FileLog& log, std::size_t record) {
    if (dropped.empty()) dropped.resize(records.size());
    dropped[record] = true;
    ++log.report.duplicate_lines;
    --log.report.records;
  };
  for_each_group(stretches, [&](std::span<const Stretch> group) {
    if (group.size() < 2) return;
    // The fuller file is the one that is kept: its neighbours stay together.
    std::vector<Stretch> order(group.begin(), group.end());
    std::stable_sort(order.begin(), order.end(), [&](const Stretch& a, const Stretch& b) {
      return logs[a.log].end - logs[a.log].begin > logs[b.log].end - logs[b.log].begin;
    });
    struct Count {
      std::uint32_t kept = 0;
      std::uint32_t here = 0;
      std::size_t file = 0;
    };
    std::unordered_map<Key, Count, KeyHash> counts;
    for (std::size_t place = 0; place < order.size(); ++place) {
      FileLog& log = logs[order[place].log];
      Timestamp low = order[place].last;
      Timestamp high = order[place].first;
      for (std::size_t other = 0; other < order.size(); ++other) {
        if (other == place) continue;
        low = std::min(low, std::max(order[place].first, order[other].first));
        high = std::max(high, std::min(order[place].last, order[other].last));
      }
      // Seconds are compared, so the edges of the overlap reach a second further.
      low -= kOneSecond;
      high += kOneSecond;
      for (std::size_t r = log.begin; r < log.end; ++r) {
        const StoredRecord& record = records[r];
        if (record.time < low || record.time > high || record.event == CronEvent::repeated)
          continue;
        Count& count = counts[key_of(record, record.label, programs)];
        if (count.file != place) count = {count.kept, 0, place};
        if (++count.here > count.kept) {
          ++count.kept;
          continue;
        }
        drop(log, r);
      }
    }

    // Last lines that lost their end, by all but their text.
    std::unordered_map<Key, std::vector<const Stretch*>, KeyHash> torn;
    for (const Stretch& stretch : order) {
      const std::size_t last = logs[stretch.log].end - 1;
      if (logs[stretch.log].open_end && (dropped.empty() || !dropped[last]))
        torn[key_of(records[last], 0, programs)].push_back(&stretch);
    }
    if (torn.empty()) return;
    for (const Stretch& stretch : order)
      for (std::size_t r = logs[stretch.log].begin; r < logs[stretch.log].end; ++r) {
        const auto found = torn.find(key_of(records[r], 0, programs));
        if (found == torn.end() || (!dropped.empty() && dropped[r])) continue;
        for (const Stretch* const candidate : found->second) {
          FileLog& log = logs[candidate->log];
          const std::size_t last = log.end - 1;
          if (candidate == &stretch || (!dropped.empty() && dropped[last])) continue;
          const JobLabel& whole = labels[records[r].label];
          const JobLabel& part = labels[records[last].label];
          if (records[r].label != records[last].label && whole.username == part.username &&
              whole.command.starts_with(part.command))
            drop(log, last);
        }
      }
  });
  if (!dropped.empty()) remove_records(logs, records, dropped);
}

void remove_records(std::span<FileLog> logs, std::vector<StoredRecord>& records,
                    const std::vector<bool>& dropped) {
  std::size_t to = 0;
  for (FileLog& log : logs) {
    const std::size_t begin = to;
    for (std::size_t r = log.begin; r < log.end; ++r)
      if (!dropped[r]) records[to++] = records[r];
    log.begin = begin;
    log.end = to;
  }
  records.resize(to);
}

void order_records(std::span<const FileLog> logs, std::vector<StoredRecord>& records) {
  const std::vector<Stretch> stretches = stretches_by_time(logs);
  bool in_order = true;
  for (std::size_t i = 1; i < stretches.size(); ++i)
    in_order = in_order && logs[stretches[i - 1].log].end == logs[stretches[i].log].begin &&
               stretches[i - 1].last + kOneSecond < stretches[i].first;
  if (in_order) return;

  std::vector<StoredRecord> ordered;
  ordered.reserve(records.size());
  for_each_group(stretches, [&](std::span<const Stretch> group) {
    // Heads of the files by the time reached so far: a file whose clock was set back goes on where
    // it is, and does not run ahead of its own earlier lines.
    struct Head {
      Timestamp reached;
      std::size_t place;
      std::size_t at;
      std::size_t end;
    };
    const auto later = [](const Head& a, const Head& b) {
      return a.reached != b.reached ? a.reached > b.reached : a.place > b.place;
    };
    std::priority_queue<Head, std::vector<Head>, decltype(later)> heads(later);
    for (std::size_t place = 0; place < group.size(); ++place) {
      const FileLog& log = logs[group[place].log];
      heads.push({records[log.begin].time, place, log.begin, log.end});
    }
    while (!heads.empty()) {
      Head head = heads.top();
      heads.pop();
      ordered.push_back(records[head.at]);
      if (++head.at == head.end) continue;
      head.reached = std::max(head.reached, records[head.at].time);
      heads.push(head);
    }
  });
  records = std::move(ordered);
}

}  // namespace pidometer
