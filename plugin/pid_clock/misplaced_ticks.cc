#include "plugin/pid_clock/misplaced_ticks.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace pidometer {
namespace {

// So many ticks are "a few lines": a copied screen of a log, or what a syslog daemon held back.
constexpr std::uint32_t kMostTicks = 64;

// Where they belong is looked for among so many ticks.
constexpr std::uint32_t kNearTicks = 4096;

// One tick's jobs lie within so many seconds and PIDs (tick.cc).
constexpr std::chrono::seconds kTickSpan{3};
constexpr std::int64_t kTickPids = 30;

// The log goes on behind the run where it stopped before. A host without a clock of its own that is
// booted again goes through the same times and PIDs as before, and then jumps by years.
constexpr std::chrono::hours kLongestStep{24};

std::int64_t difference(const Tick& a, const Tick& b) {
  return static_cast<std::int64_t>(a.pid) - static_cast<std::int64_t>(b.pid);
}

bool falls(const Tick& a, const Tick& b) {
  return b.pid < a.pid && b.time < a.time - kTickSpan && !other_boot(a, b);
}

bool goes_on(const Tick& a, const Tick& b) {
  const bool again = a.pid == b.pid && std::chrono::abs(b.time - a.time) <= kTickSpan;
  return !again && difference(b, a) >= -kForeignPids && b.time >= a.time - kTickSpan &&
         b.time - a.time <= kLongestStep && !other_boot(a, b);
}

/// Where a tick belongs.
struct Place {
  std::uint32_t host = kNoHost;  ///< none: it is there already
};

class Finder {
 public:
  explicit Finder(TickSeries& series) : series_(series), ticks_(series.ticks) {}

  std::vector<ForeignReading> run() {
    const auto count = static_cast<std::uint32_t>(ticks_.size());
    for (std::uint32_t i = 0; i + 1 < count; ++i) {
      if (!falls(ticks_[i], ticks_[i + 1])) continue;
      const std::vector<GoneTick> late = late_run(i);
      const std::vector<GoneTick> early = early_run(i);
      const std::vector<GoneTick>& fewer =
          early.empty() || (!late.empty() && late.size() <= early.size()) ? late : early;
      if (fewer.empty()) continue;
      note(fewer);
      // ticks behind the run were not looked at yet
      if (&fewer == &late) i += static_cast<std::uint32_t>(late.size()) - 1;
    }
    take_out_ticks(series_, gone_);
    return std::move(found_);
  }

 private:
  // Ticks i + 1 and on, until the log goes on from tick i.
  std::vector<GoneTick> late_run(std::uint32_t i) const {
    const std::uint32_t first = i > kNearTicks ? i - kNearTicks : 0;
    std::vector<GoneTick> run;
    bool repeated = true;
    for (std::uint32_t t = i + 1; t < ticks_.size(); ++t) {
      if (ticks_[t].after_startup) return {};
      if (goes_on(ticks_[i], ticks_[t])) return run;
      const std::optional<Place> place = place_of(t, first, i + 1);
      if (!place || run.size() == kMostTicks) return {};
      repeated = repeated && place->host == kNoHost;
      run.push_back({t, place->host});
    }
    // nothing behind the run says that it was no boot, but that it says the same once more
    return repeated ? run : std::vector<GoneTick>();
  }

  // Ticks up to i, of which the last before them is one that tick i + 1 goes on from.
  std::vector<GoneTick> early_run(std::uint32_t i) const {
    const auto end = static_cast<std::uint32_t>(
        std::min<std::size_t>(ticks_.size(), std::size_t{i} + 1 + kNearTicks));
    std::vector<GoneTick> run;
    if (ticks_[i + 1].after_startup) return {};
    for (std::uint32_t t = i + 1; t-- > 0;) {
      if (!gone_.empty() && gone_.back().tick >= t) return {};
      if (goes_on(ticks_[t], ticks_[i + 1])) {
        std::ranges::reverse(run);
        return run;
      }
      const std::optional<Place> place = place_of(t, i + 1, end);
      if (!place || run.size() == kMostTicks || ticks_[t].after_startup) return {};
      run.push_back({t, place->host});
    }
    // the log's first lines
    std::ranges::reverse(run);
    return run;
  }

  // Where the tick belongs among [first, end), which are in order but for what was taken out.
  std::optional<Place> place_of(std::uint32_t tick, std::uint32_t first, std::uint32_t end) const {
    const Tick& own = ticks_[tick];
    const auto from = ticks_.begin() + first;
    const auto to = ticks_.begin() + end;
    const auto behind = std::partition_point(
        from, to, [&](const Tick& t) { return t.time < own.time - kTickSpan; });
    if (behind == to) return std::nullopt;
    const auto index = static_cast<std::uint32_t>(behind - ticks_.begin());
    if (behind->time <= own.time + kTickSpan) {
      if (behind->pid == own.pid) return Place{};
      // other jobs of the tick that stands there; the same jobs would be another run of them
      if (behind->items == own.items || std::abs(difference(*behind, own)) > kTickPids)
        return std::nullopt;
      return Place{index};
    }
    if (index == first || difference(own, *(behind - 1)) < -kForeignPids ||
        difference(own, *behind) > kForeignPids)
      return std::nullopt;
    return Place{index - 1};
  }

  void note(const std::vector<GoneTick>& run) {
    const std::uint32_t before = run.front().tick == 0 ? 0 : run.front().tick - 1;
    const std::uint32_t behind =
        std::min(run.back().tick + 1, static_cast<std::uint32_t>(ticks_.size() - 1));
    for (GoneTick gone : run) {
      const Tick& tick = ticks_[gone.tick];
      found_.push_back({tick.record, tick.pid, tick.time, ticks_[before].pid, ticks_[behind].pid,
                        ticks_[before].time, ticks_[behind].time, true});
      while (gone.host != kNoHost && is_gone(gone.host))
        gone.host = gone.host == 0 ? kNoHost : gone.host - 1;
      gone_.push_back(gone);
    }
  }

  bool is_gone(std::uint32_t tick) const {
    return std::ranges::binary_search(gone_, tick, {}, &GoneTick::tick);
  }

  TickSeries& series_;
  std::vector<Tick>& ticks_;
  std::vector<GoneTick> gone_;  ///< ascending
  std::vector<ForeignReading> found_;
};

}  // namespace

std::vector<ForeignReading> take_out_misplaced_ticks(TickSeries& series) {
  return Finder(series).run();
}

}  // namespace pidometer
