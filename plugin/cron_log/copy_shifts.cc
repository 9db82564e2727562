#include "plugin/cron_log/copy_shifts.h"

#include <algorithm>
#include <array>

namespace pidometer {
namespace {

/// With fewer lines nothing can be said of a zone.
constexpr std::uint64_t kEnough = 8;
/// Zones of one log: two by daylight saving, and two more of a host that moved.
constexpr std::size_t kMostCandidates = 4;
/// So many lines must be better explained by another zone before one is thought of: fewer in a row
/// were dated otherwise by something else.
constexpr std::uint32_t kChange = 4;

/// Zones by which most text records in the journals' time have a copy, 0 first. Each votes for the
/// distance to the nearest record of its key.
std::vector<std::int8_t> find_candidates(std::span<const FileLog> logs,
                                         const std::vector<StoredRecord>& records,
                                         const JournalTwins& twins) {
  std::uint64_t voters = 0;
  std::map<std::int64_t, std::uint64_t> votes;
  for (const FileLog& log : logs) {
    if (log.is_journal) continue;
    for (std::size_t r = log.begin; r < log.end; ++r) {
      const StoredRecord& record = records[r];
      if (record.pid == 0 || record.time < twins.first() || record.time > twins.last()) continue;
      ++voters;
      if (const auto steps = twins.steps_to_nearest(record)) ++votes[*steps];
    }
  }
  std::vector<std::pair<std::uint64_t, std::int64_t>> most;
  for (const auto& [steps, count] : votes)
    if (steps != 0 && count >= kEnough) most.emplace_back(count, steps);
  std::stable_sort(most.begin(), most.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  most.resize(std::min(most.size(), kMostCandidates - 1));
  std::uint64_t explained = votes[0];
  std::vector<std::int8_t> candidates = {0};
  for (const auto& [count, steps] : most) {
    explained += count;
    candidates.push_back(static_cast<std::int8_t>(steps));
  }
  if (explained * 2 < voters) candidates.resize(1);
  return candidates;
}

}  // namespace

CopyShifts::CopyShifts(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
                       const JournalTwins& twins) {
  if (twins.empty()) return;
  const std::vector<std::int8_t> candidates = find_candidates(logs, records, twins);
  if (candidates.size() == 1) return;
  steps_.resize(records.size());
  for (const FileLog& log : logs)
    if (!log.is_journal) lay(log, records, twins, candidates);
}

/// The way through the log, from candidate to candidate, on which the fewest lines lack the copy
/// that another candidate would give them; a change costs kChange of them (Viterbi).
void CopyShifts::lay(const FileLog& log, const std::vector<StoredRecord>& records,
                     const JournalTwins& twins, const std::vector<std::int8_t>& candidates) {
  using Costs = std::array<std::uint32_t, kMostCandidates>;
  using Way = std::array<std::uint8_t, kMostCandidates>;
  const std::size_t count = candidates.size();
  Costs costs{};
  std::vector<Way> from(log.end - log.begin);
  for (std::size_t r = log.begin; r < log.end; ++r) {
    std::array<bool, kMostCandidates> holds{};
    bool any = false;
    for (std::size_t c = 0; c < count && records[r].pid != 0; ++c) {
      holds[c] = twins.holds(records[r], candidates[c] * JournalTwins::kZoneStep);
      any = any || holds[c];
    }
    const auto end = costs.begin() + static_cast<std::ptrdiff_t>(count);
    const auto best =
        static_cast<std::uint8_t>(std::min_element(costs.begin(), end) - costs.begin());
    const std::uint32_t least = costs[best];
    for (std::size_t c = 0; c < count; ++c) {
      const bool changes = costs[c] > least + kChange;
      from[r - log.begin][c] = changes ? best : static_cast<std::uint8_t>(c);
      costs[c] = (changes ? least + kChange : costs[c]) + (any && !holds[c] ? 1 : 0);
    }
  }
  const auto end = costs.begin() + static_cast<std::ptrdiff_t>(count);
  auto at = static_cast<std::uint8_t>(std::min_element(costs.begin(), end) - costs.begin());
  for (std::size_t r = log.end; r-- > log.begin;) {
    steps_[r] = candidates[at];
    at = from[r - log.begin][at];
  }
}

}  // namespace pidometer
