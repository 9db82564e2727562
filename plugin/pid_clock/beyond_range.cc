#include "plugin/pid_clock/beyond_range.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace pidometer {
namespace {

class BeyondFinder {
 public:
  BeyondFinder(TickSeries& series, const PidRange& range, const StepsElsewhere& elsewhere)
      : series_(series), ticks_(series.ticks), range_(range), elsewhere_(elsewhere) {}

  std::vector<ForeignReading> run() {
    const auto is_beyond = [this](const Tick& tick) { return tick.pid >= range_.pid_max; };
    for (auto at = ticks_.begin(); at != ticks_.end();) {
      const auto begin = std::find_if(at, ticks_.end(), is_beyond);
      at = std::find_if_not(begin, ticks_.end(), is_beyond);
      const auto first = static_cast<std::uint32_t>(begin - ticks_.begin());
      const auto end = static_cast<std::uint32_t>(at - ticks_.begin());
      if (first < end && is_foreign(first, end)) take(first, end);
    }
    take_out_ticks(series_, gone_);
    return std::move(found_);
  }

 private:
  // The ticks [begin, end).
  bool is_foreign(std::uint32_t begin, std::uint32_t end) const {
    if (end - begin == ticks_.size()) return false;
    if (begin == 0) return !boots(1, end);
    if (end == ticks_.size()) return range_.is_jump(ticks_[begin - 1], ticks_[begin]);
    const Tick& before = ticks_[begin - 1];
    const Tick& behind = ticks_[end];
    return behind.pid >= before.pid ||
           (!boots(begin, end) && range_.is_wrap(before, behind, elsewhere_));
  }

  // Whether a line says so before one of the ticks [first, last].
  bool boots(std::uint32_t first, std::uint32_t last) const {
    for (std::uint32_t t = first; t <= last; ++t)
      if (ticks_[t].after_startup || other_boot(ticks_[t - 1], ticks_[t])) return true;
    return false;
  }

  void take(std::uint32_t begin, std::uint32_t end) {
    const std::uint32_t host = begin == 0 ? kNoHost : begin - 1;
    const Tick& before = ticks_[begin == 0 ? end : begin - 1];
    const Tick& behind = ticks_[end == ticks_.size() ? begin - 1 : end];
    for (std::uint32_t t = begin; t < end; ++t) {
      found_.push_back({ticks_[t].record, ticks_[t].pid, ticks_[t].time, before.pid, behind.pid,
                        before.time, behind.time});
      gone_.push_back({t, host});
    }
  }

  TickSeries& series_;
  const std::vector<Tick>& ticks_;
  const PidRange& range_;
  const StepsElsewhere& elsewhere_;
  std::vector<GoneTick> gone_;
  std::vector<ForeignReading> found_;
};

}  // namespace

std::vector<ForeignReading> take_out_too_fast_end(TickSeries& series) {
  const std::vector<Tick>& ticks = series.ticks;
  if (ticks.size() < 3) return {};
  const auto count = static_cast<std::uint32_t>(ticks.size());
  Pid least = kMaxPid;  // of the ticks from `first` on
  for (std::uint32_t first = count - 1; first > 1 && count - first <= kMostBeyond; --first) {
    const Tick& before = ticks[first - 1];
    least = std::min(least, ticks[first].pid);
    if (ticks[first].after_startup || least <= before.pid) return {};
    if (!is_too_fast(before, ticks[first])) continue;
    std::vector<ForeignReading> found;
    std::vector<GoneTick> gone;
    for (std::uint32_t t = first; t < count; ++t) {
      found.push_back({ticks[t].record, ticks[t].pid, ticks[t].time, before.pid, before.pid,
                       before.time, before.time});
      gone.push_back({t, first - 1});
    }
    take_out_ticks(series, gone);
    return found;
  }
  return {};
}

std::vector<ForeignReading> take_out_beyond_range(TickSeries& series, const PidRange& range,
                                                  const StepsElsewhere& elsewhere) {
  return BeyondFinder(series, range, elsewhere).run();
}

}  // namespace pidometer
