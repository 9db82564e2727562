#include "plugin/witness/pid_track.h"

#include <algorithm>
#include <limits>

namespace pidometer {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

/// Behind a log's last reading the counter goes on unseen: at most so many times as fast as it did
/// on the way there, and by no less than this.
constexpr std::int64_t kUnseenFactor = 4;
constexpr std::int64_t kUnseenPids = 1000;

std::int64_t micros(Timestamp time) {
  return time.time_since_epoch().count();
}

/// What the counter did from tick i to the next; nothing where that is not known.
std::optional<std::int64_t> step(const PidClock& clock, std::size_t i) {
  const Interval& interval = clock.intervals[i];
  const std::int64_t rise = std::int64_t{clock.ticks[i + 1].pid} - clock.ticks[i].pid;
  switch (interval.state) {
    case IntervalState::judged:
    case IntervalState::hole:
    case IntervalState::damaged:
      if (interval.wraps > 0 || rise < 0)
        return interval.wraps > 0 ? std::optional<std::int64_t>(interval.advance) : std::nullopt;
      return rise;
    case IntervalState::daemon_restart:
    case IntervalState::clock_step:
      return rise >= 0 ? std::optional(rise) : std::nullopt;
    case IntervalState::boot:
    case IntervalState::unknown_fall:
    case IntervalState::unknown_advance:
    case IntervalState::last:
      break;
  }
  return std::nullopt;
}

}  // namespace

PidTrack::PidTrack(const PidClock& clock, bool in_pieces) : clock_(clock) {
  const std::size_t count = clock.ticks.size();
  round_ = std::max<std::int64_t>(1, std::int64_t{clock.range.pid_max} - kReservedPids);
  positions_.resize(count);
  stretch_of_.resize(count);
  earliest_.resize(count);
  std::int64_t base = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_cut =
        in_pieces && i > 0 && clock.intervals[i - 1].state == IntervalState::damaged;
    const std::optional<std::int64_t> known = i > 0 && !is_cut ? step(clock, i - 1) : std::nullopt;
    if (known) {
      positions_[i] = positions_[i - 1] + *known;
    } else {
      // Room for all that a PID of the stretch before may be taken for.
      if (i > 0) base = positions_[i - 1] + 2 * round_ + 2 * std::int64_t{kMaxPid};
      positions_[i] = base + clock.ticks[i].pid;
      stretches_.push_back({static_cast<std::uint32_t>(i), 0, base, false});
    }
    stretches_.back().end_tick = static_cast<std::uint32_t>(i + 1);
    stretch_of_[i] = static_cast<std::uint32_t>(stretches_.size() - 1);
  }
  std::vector<IntervalIndex::Interval> times;
  for (std::uint32_t id = 0; id < stretches_.size(); ++id) {
    Stretch& stretch = stretches_[id];
    std::int64_t earliest = kForever;
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    for (std::uint32_t tick = stretch.end_tick; tick-- > stretch.first_tick;) {
      earliest = std::min(earliest, micros(clock.ticks[tick].time));
      latest = std::max(latest, micros(clock.ticks[tick].time));
      earliest_[tick] = earliest;
    }
    stretch.open_end = id + 1 == stretches_.size() && !in_pieces;
    times.push_back({earliest, stretch.open_end ? kForever : latest + 1, id});
  }
  by_time_ = IntervalIndex(std::move(times));
}

bool PidTrack::same_stretch(std::uint32_t a, std::uint32_t b) const {
  return stretch_of_[a] == stretch_of_[b];
}

std::optional<std::uint32_t> PidTrack::tick_of_record(std::uint32_t record) const {
  const std::uint32_t tick = pidometer::tick_of_record(clock_, record);
  if (tick == kNoTick) return std::nullopt;
  return tick;
}

/// The furthest that the counter may have come by then.
std::int64_t PidTrack::reached(const Stretch& stretch, Timestamp time) const {
  const auto first = earliest_.begin() + stretch.first_tick;
  const auto end = earliest_.begin() + stretch.end_tick;
  const auto after = std::upper_bound(first, end, micros(time));
  if (after != end) return positions_[static_cast<std::size_t>(after - earliest_.begin())];
  const std::uint32_t last = stretch.end_tick - 1;
  if (!stretch.open_end) return positions_[last];
  const std::int64_t spent = positions_[last] - positions_[stretch.first_tick];
  const std::int64_t seen = std::max<std::int64_t>(
      1, (earliest_[last] - earliest_[stretch.first_tick]) / kMicrosPerSecond);
  const std::int64_t beyond =
      std::max<std::int64_t>(0, micros(time) - earliest_[last]) / kMicrosPerSecond;
  const double unseen = static_cast<double>(kUnseenFactor * spent) / static_cast<double>(seen) *
                        static_cast<double>(beyond);
  // Many rounds are as good as any number of them.
  const double most = 16.0 * static_cast<double>(round_);
  return positions_[last] + kUnseenPids + static_cast<std::int64_t>(std::min(unseen, most));
}

std::optional<PidTrack::Birth> PidTrack::birth(Timestamp time, Pid pid) const {
  const auto found = by_time_.at(micros(time));
  // Two stretches at one time: the clock was set, and which boot wrote the line is not known.
  if (found.size() != 1 || pid == 0 || pid >= clock_.range.pid_max) return std::nullopt;
  const Stretch& stretch = stretches_[found.front()];
  const std::int64_t first = stretch.base + pid;
  const std::int64_t most = reached(stretch, time);
  if (first > most) return std::nullopt;
  const std::int64_t rounds = pid >= kReservedPids ? (most - first) / round_ : 0;
  return Birth{first + rounds * round_, rounds > 0};
}

}  // namespace pidometer
