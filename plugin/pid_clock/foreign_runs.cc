#include "plugin/pid_clock/foreign_runs.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace pidometer {
namespace {

// Lines that somebody forged together. More of them are a log of its own.
constexpr std::uint32_t kMostTicks = 64;

// Boots of one host differ by less than twice, and some hundreds of PIDs.
constexpr std::int64_t kBootTimes = 2;
constexpr std::int64_t kBootSlack = 400;

std::int64_t step(const Tick& a, const Tick& b) {
  return static_cast<std::int64_t>(b.pid) - static_cast<std::int64_t>(a.pid);
}

class RunFinder {
 public:
  RunFinder(TickSeries& series, const PidRange& range, const StepsElsewhere& elsewhere,
            const FastStretches& fast)
      : series_(series), ticks_(series.ticks), range_(range), elsewhere_(elsewhere), fast_(fast) {}

  std::vector<ForeignReading> run() {
    for (std::uint32_t i = 1; i + 2 < ticks_.size(); ++i) {
      const Tick& a = ticks_[i];
      const Tick& b = ticks_[i + 1];
      if (step(a, b) >= -kForeignPids || b.time < a.time || !one_session(i, i + 1) || fast_.at(i) ||
          range_.is_wrap(a, b, elsewhere_))
        continue;
      fall_ = -step(a, b);
      may_be_boot_ = range_.any_boot_reaches(b.pid, whole_seconds(a, b));
      if (const auto begin = high_run(i)) {
        take(*begin, i + 1);
      } else if (const auto end = low_run(i)) {
        take(i + 1, *end);
        i = *end - 1;
      }
    }
    take_out_ticks(series_, gone_);
    return std::move(found_);
  }

 private:
  bool one_session(std::uint32_t a, std::uint32_t b) const {
    return !ticks_[b].after_startup && !other_boot(ticks_[a], ticks_[b]) &&
           ticks_[b].lost_before != Loss::damaged;
  }

  // A rise that the fall takes back. Where the fall may be a boot's it must be one that the host
  // does not make.
  bool jumps(std::uint32_t a, std::uint32_t b) const {
    const std::int64_t rise = step(ticks_[a], ticks_[b]);
    if (!may_be_boot_ && 2 * rise >= fall_) return true;
    return static_cast<double>(rise) >
           range_.most_in(whole_seconds(ticks_[a].time, ticks_[b].time));
  }

  // Whether the log goes on from tick a to tick b, the ticks between them left out.
  bool agree(std::uint32_t a, std::uint32_t b) const {
    if (a == 0 || b + 1 >= ticks_.size()) return false;
    const std::int64_t across = step(ticks_[a], ticks_[b]);
    const std::int64_t before = step(ticks_[a - 1], ticks_[a]);
    const std::int64_t behind = step(ticks_[b], ticks_[b + 1]);
    return across >= 0 && before >= 0 && behind >= 0 && ticks_[a].time <= ticks_[b].time &&
           across <= std::max<std::int64_t>(kForeignStepFactor, b - a) * std::max(before, behind) +
                         kForeignStepSlack;
  }

  // The first tick of a run up to i that lies above what stands around it.
  std::optional<std::uint32_t> high_run(std::uint32_t i) const {
    for (std::uint32_t t = i; t > 0 && i - t < kMostTicks; --t) {
      if (!one_session(t - 1, t) || step(ticks_[i + 1], ticks_[t]) <= kForeignPids)
        return std::nullopt;
      if (!gone_.empty() && gone_.back().tick >= t - 1) return std::nullopt;
      if (jumps(t - 1, t) && agree(t - 1, i + 1)) return t;
    }
    return std::nullopt;
  }

  // One past the last tick of a run from i + 1 on that lies below.
  std::optional<std::uint32_t> low_run(std::uint32_t i) const {
    for (std::uint32_t t = i + 1; t + 1 < ticks_.size() && t - i <= kMostTicks; ++t) {
      if (!one_session(t, t + 1) || step(ticks_[i], ticks_[t]) >= -kForeignPids)
        return std::nullopt;
      if (jumps(t, t + 1) && agree(i, t + 1)) return t + 1;
    }
    return std::nullopt;
  }

  void take(std::uint32_t begin, std::uint32_t end) {
    const Tick& before = ticks_[begin - 1];
    const Tick& behind = ticks_[end];
    for (std::uint32_t t = begin; t < end; ++t) {
      found_.push_back({ticks_[t].record, ticks_[t].pid, ticks_[t].time, before.pid, behind.pid,
                        before.time, behind.time});
      gone_.push_back({t, begin - 1});
    }
  }

  TickSeries& series_;
  std::vector<Tick>& ticks_;
  const PidRange& range_;
  const StepsElsewhere& elsewhere_;
  const FastStretches& fast_;
  std::int64_t fall_ = 0;  // that is looked at
  bool may_be_boot_ = false;
  std::vector<GoneTick> gone_;
  std::vector<ForeignReading> found_;
};

/// The ticks around a STARTUP line, where both are there.
struct Around {
  const Tick& before;
  const Tick& behind;
};

std::optional<Around> around(const TickSeries& series, const Startup& startup) {
  if (startup.tick == 0 || startup.tick >= series.ticks.size()) return std::nullopt;
  return Around{series.ticks[startup.tick - 1], series.ticks[startup.tick]};
}

// Of fewer lines of boots the second largest may be far too small for the largest one's boot.
constexpr std::size_t kLeastBoots = 3;

/// How far this host's boots come, by the lines that are plainly of one: the counter is behind it
/// where it was not before, and goes on from the line. The largest may be a forged one.
std::optional<std::int64_t> largest_of_boots(const TickSeries& series) {
  std::size_t boots = 0;
  std::int64_t largest = -1;
  std::int64_t second = -1;
  for (const Startup& startup : series.startups) {
    const auto ticks = around(series, startup);
    if (!ticks || startup.pid >= ticks->before.pid || ticks->behind.pid >= ticks->before.pid ||
        startup.pid > ticks->behind.pid)
      continue;
    ++boots;
    second = std::max(second, std::min<std::int64_t>(largest, startup.pid));
    largest = std::max<std::int64_t>(largest, startup.pid);
  }
  if (boots == 0) return std::nullopt;
  return boots < kLeastBoots ? largest : second;
}

}  // namespace

std::vector<ForeignReading> take_out_foreign_runs(TickSeries& series, const PidRange& range,
                                                  const StepsElsewhere& elsewhere,
                                                  const FastStretches& fast) {
  return RunFinder(series, range, elsewhere, fast).run();
}

std::vector<ForeignReading> take_out_foreign_startups(TickSeries& series, PidRange& range) {
  if (const auto boots = largest_of_boots(series))
    range.boot_pids = kBootTimes * *boots + kBootSlack;

  std::vector<ForeignReading> found;
  const auto is_foreign = [&](const Startup& startup) {
    const auto ticks = around(series, startup);
    if (!ticks || ticks->behind.pid < ticks->before.pid || other_boot(ticks->before, ticks->behind))
      return false;
    const auto pid = static_cast<std::int64_t>(startup.pid);
    if (pid >= static_cast<std::int64_t>(ticks->before.pid) - kForeignPids &&
        pid <= static_cast<std::int64_t>(ticks->behind.pid) + kForeignPids)
      return false;
    return same_boot(ticks->before, ticks->behind) ||
           !range.boot_reaches(ticks->behind.pid, whole_seconds(startup.time, ticks->behind.time));
  };
  std::erase_if(series.startups, [&](const Startup& startup) {
    if (!is_foreign(startup)) return false;
    const Around ticks = *around(series, startup);
    found.push_back({startup.record, startup.pid, startup.time, ticks.before.pid, ticks.behind.pid,
                     ticks.before.time, ticks.behind.time});
    series.ticks[startup.tick].after_startup = false;
    return true;
  });
  // another line before the same tick may have stayed
  for (const Startup& startup : series.startups)
    if (startup.tick < series.ticks.size()) series.ticks[startup.tick].after_startup = true;
  return found;
}

}  // namespace pidometer
