#include "plugin/witness/witness_matcher.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

namespace pidometer {
namespace {

std::int64_t micros(Timestamp time) {
  return time.time_since_epoch().count();
}

bool in_time(const WitnessWindow& window, Timestamp time) {
  return time >= window.start && time < window.end;
}

auto order(const WindowSighting& one) {
  return std::tuple(one.seen.time, one.seen.file, one.seen.offset);
}

/// Behind the last process of an excess come the next tick's: cron's child and the job whose PID
/// the window's last record has.
constexpr std::int64_t kNextJobPids = 2;

/// The less the more telling.
int rank(const WindowSighting& one, bool first_of_its_pid) {
  if (one.born) return first_of_its_pid ? 0 : 2;
  if (one.seen.explains) return 1;
  return one.seen.pid != 0 ? 3 : 4;
}

}  // namespace

WitnessMatcher::WitnessMatcher(const PidClock& clock, std::vector<WitnessWindow> windows,
                               bool in_pieces)
    : track_(clock, in_pieces), windows_(std::move(windows)) {
  found_.resize(windows_.size());
  first_.resize(windows_.size());
  last_.resize(windows_.size());
  if (!windows_.empty()) most_ = std::clamp(kMostOfAll / windows_.size(), kLeastEach, kMostEach);
  std::vector<IntervalIndex::Interval> times;
  std::vector<IntervalIndex::Interval> positions;
  for (std::uint32_t id = 0; id < windows_.size(); ++id) {
    const WitnessWindow& window = windows_[id];
    times.push_back({micros(window.start), micros(window.end), id});
    const auto first = track_.tick_of_record(window.first_record);
    const auto last = track_.tick_of_record(window.last_record);
    if (!first || !last || !track_.same_stretch(*first, *last)) continue;
    first_[id] = track_.position(*first);
    last_[id] = track_.position(*last);
    positions.push_back({first_[id] + 1, last_[id] + 1, id});
  }
  by_time_ = IntervalIndex(std::move(times));
  by_position_ = IntervalIndex(std::move(positions));
}

bool WitnessMatcher::add(const Sighting& seen, const std::function<bool()>& is_wanted) {
  const auto birth = track_.birth(seen.time, seen.pid);
  std::span<const std::uint32_t> by_pid;
  if (birth) by_pid = by_position_.at(birth->position);
  const auto is_born = [&](std::uint32_t id) {
    const WitnessWindow& window = windows_[id];
    // Where the counter had passed the PID before, only time and PID together say it.
    return seen.time >= window.start && (!birth->again || in_time(window, seen.time));
  };
  const std::span<const std::uint32_t> by_time = by_time_.at(micros(seen.time));
  std::set<std::uint32_t> born;
  for (const std::uint32_t id : by_pid)
    if (is_born(id)) born.insert(id);
  if ((born.empty() && by_time.empty()) || !is_wanted()) return false;
  for (const std::uint32_t id : born)
    put(id, {seen, true, birth->position - first_[id], last_[id] - birth->position});
  for (const std::uint32_t id : by_time)
    if (!born.contains(id)) put(id, {seen, false, 0, 0});
  return true;
}

void WitnessMatcher::put(std::uint32_t window, const WindowSighting& one) {
  Found& found = found_[window];
  ++found.total;
  found.sightings.push_back(one);
  // Sorting pays once for many.
  if (found.sightings.size() >= 4 * most_) keep_best(found.sightings);
}

void WitnessMatcher::keep_best(std::vector<WindowSighting>& sightings) const {
  std::sort(sightings.begin(), sightings.end(),
            [](const auto& a, const auto& b) { return order(a) < order(b); });
  if (sightings.size() <= most_) return;
  std::set<Pid> seen;
  std::vector<std::pair<int, std::size_t>> ranks;
  for (std::size_t i = 0; i < sightings.size(); ++i)
    ranks.emplace_back(
        rank(sightings[i], sightings[i].born && seen.insert(sightings[i].seen.pid).second), i);
  std::sort(ranks.begin(), ranks.end());
  ranks.resize(most_);
  std::vector<std::size_t> kept;
  for (const auto& [of, place] : ranks) kept.push_back(place);
  std::sort(kept.begin(), kept.end());
  std::vector<WindowSighting> best;
  for (const std::size_t place : kept) best.push_back(sightings[place]);
  sightings = std::move(best);
}

void WitnessMatcher::drop(std::uint32_t file, std::span<const DamagedRange> damage) {
  if (damage.empty()) return;
  for (Found& found : found_)
    found.total -= std::erase_if(found.sightings, [&](const WindowSighting& one) {
      const std::uint64_t begin = one.seen.offset;
      const std::uint64_t end = begin + one.seen.length;
      return one.seen.file == file &&
             std::any_of(damage.begin(), damage.end(), [&](const DamagedRange& range) {
               return range.range.begin < end && range.range.end > begin;
             });
    });
}

std::vector<WitnessMatcher::Found> WitnessMatcher::take() {
  for (Found& found : found_) keep_best(found.sightings);
  return std::move(found_);
}

Narrowing narrow(const WitnessWindow& window, std::span<const WindowSighting> sightings) {
  Narrowing narrowed;
  if (window.expected_pids < 0) return narrowed;
  const auto usual = static_cast<std::int64_t>(std::ceil(window.expected_pids));
  for (const WindowSighting& one : sightings) {
    if (!one.born || !in_time(window, one.seen.time)) continue;
    // Born by then, and only the next job came behind it: the excess was over.
    if (one.after <= kNextJobPids && (!narrowed.end || one.seen.time < *narrowed.end))
      narrowed.end = one.seen.time;
    // Born just then, and no more came before it than the window costs anyway: it had not begun.
    if (one.seen.age == WitnessAge::newborn && one.before <= usual &&
        (!narrowed.start || one.seen.time > *narrowed.start))
      narrowed.start = one.seen.time;
  }
  if (narrowed.start && narrowed.end && *narrowed.start > *narrowed.end) return {};
  return narrowed;
}

}  // namespace pidometer
