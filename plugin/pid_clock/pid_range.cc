#include "plugin/pid_clock/pid_range.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

#include "plugin/pid_clock/even_sample.h"
#include "plugin/pid_clock/foreign_readings.h"

namespace pidometer {
namespace {

constexpr Pid kPidsPerCpu = 1024;  // PIDS_PER_CPU_DEFAULT, same file: pid_max of large machines

// A step counts at most this many times the middle step towards the host's rate: one daily job or
// one intruder must not make a boot look like a wrap.
constexpr double kStepClip = 20;

// Time without lines must not make a host look idle: for the most that it may spend a step counts
// where it is no longer than nine tenths of the steps are.
constexpr std::size_t kLongestTenth = 10;

// ... and no more than the largest machines take.
constexpr std::int64_t kMostBootPids = 32768;

// Middles of long logs are taken from this many steps: enough for two digits.
constexpr std::size_t kSample = 8192;

/// Some of the steps from tick to tick, evenly.
EvenSample some_steps(const std::vector<Tick>& ticks) {
  return {ticks.empty() ? 0 : ticks.size() - 1, kSample};
}

std::int64_t rise(const Tick& a, const Tick& b) {
  return static_cast<std::int64_t>(b.pid) - a.pid;
}

/// The mean of the middle half. Where two jobs take turns the median is now the one's step and now
/// the other's, as one step more or less falls; this is between them.
double middle_of(std::vector<std::int64_t>& steps) {
  const std::size_t begin = (steps.size() + 1) / 4;
  const std::size_t end = steps.size() - begin;
  const auto first = steps.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = steps.begin() + static_cast<std::ptrdiff_t>(end);
  std::nth_element(steps.begin(), first, steps.end());
  if (last != steps.end()) std::nth_element(first, last, steps.end());
  return std::accumulate(first, last, 0.0) / static_cast<double>(end - begin);
}

double ordinary_rate(const std::vector<Tick>& ticks) {
  const auto usable = [&](std::size_t i) {
    return ticks[i + 1].pid > ticks[i].pid && whole_seconds(ticks[i], ticks[i + 1]) > 0;
  };
  std::vector<std::int64_t> steps;
  const EvenSample some = some_steps(ticks);
  for (std::size_t k = 0; k < some.size(); ++k)
    if (usable(some[k])) steps.push_back(rise(ticks[some[k]], ticks[some[k] + 1]));
  if (steps.empty()) return 0;
  const double clip = kStepClip * middle_of(steps);
  double pids = 0;
  double seconds = 0;
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i) {
    if (!usable(i)) continue;
    pids += std::min(clip, static_cast<double>(rise(ticks[i], ticks[i + 1])));
    seconds += static_cast<double>(whole_seconds(ticks[i], ticks[i + 1]));
  }
  return pids / seconds;
}

/// PIDs a second over the steps whose time is known and that are not unusually long.
double largest_rate(const std::vector<Tick>& ticks) {
  const auto usable = [&](std::size_t i) {
    return ticks[i + 1].pid > ticks[i].pid && whole_seconds(ticks[i], ticks[i + 1]) > 0 &&
           ticks[i + 1].lost_before != Loss::damaged && !ticks[i + 1].after_startup;
  };
  std::vector<std::int64_t> lengths;
  const EvenSample some = some_steps(ticks);
  for (std::size_t k = 0; k < some.size(); ++k)
    if (usable(some[k])) lengths.push_back(whole_seconds(ticks[some[k]], ticks[some[k] + 1]));
  if (lengths.empty()) return 0;
  const auto longest = lengths.begin() + static_cast<std::ptrdiff_t>(
                                             lengths.size() - 1 - lengths.size() / kLongestTenth);
  std::nth_element(lengths.begin(), longest, lengths.end());
  double pids = 0;
  double seconds = 0;
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i) {
    const std::int64_t length = whole_seconds(ticks[i], ticks[i + 1]);
    if (!usable(i) || length > *longest) continue;
    pids += static_cast<double>(rise(ticks[i], ticks[i + 1]));
    seconds += static_cast<double>(length);
  }
  return pids / seconds;
}

}  // namespace

Pid round_up_pid(Pid largest) {
  return std::min(kMaxPid, (largest / kPidsPerCpu + 1) * kPidsPerCpu);
}

std::int64_t PidRange::advance_over_wrap(Pid from, Pid to) const {
  return static_cast<std::int64_t>(pid_max) - from + to - kReservedPids;
}

FallTerms PidRange::terms_of(Pid from, Pid to, std::int64_t seconds, std::int64_t elsewhere) const {
  FallTerms terms;
  terms.elsewhere = static_cast<double>(elsewhere);
  terms.usual = pids_per_second * static_cast<double>(seconds);
  terms.wrapped = static_cast<double>(advance_over_wrap(from, to));
  terms.wrap_least = kWrapLeast * terms.usual - kWrapSlack;
  terms.wrap_most = std::max(kWrapFactor * terms.usual, terms.elsewhere) + kWrapSlack;
  terms.wrap_known =
      kTooLongShare * static_cast<double>(pid_max - std::min(pid_max, kReservedPids));
  // A clock set back says nothing of the time that passed: the fall is all there is.
  terms.most = most_in(seconds);
  terms.least_wrapped = static_cast<double>(least_pid_max) - from + to - kReservedPids;
  terms.restart_known = kTooLongShare * (static_cast<double>(least_pid_max) - kReservedPids);
  return terms;
}

bool PidRange::may_wrap(Pid from, Pid to, std::int64_t seconds) const {
  if (from >= pid_max || to < kReservedPids || seconds < 0) return false;
  const FallTerms terms = terms_of(from, to, seconds, 0);
  return std::max(terms.usual, terms.wrapped) <= terms.wrap_known;
}

bool PidRange::is_wrap(Pid from, Pid to, std::int64_t seconds, std::int64_t elsewhere) const {
  const FallTerms terms = terms_of(from, to, seconds, elsewhere);
  return may_wrap(from, to, seconds) && terms.wrapped <= terms.wrap_most &&
         terms.wrapped >= terms.wrap_least;
}

bool PidRange::is_restart(Pid from, Pid to, std::int64_t seconds) const {
  if (to < kReservedPids) return true;
  if (!rate_is_known()) return false;
  const FallTerms terms = terms_of(from, to, seconds, 0);
  if (terms.most > terms.restart_known) return false;
  // Known where the counter wraps, a small advance is a boot's; else it may wrap further up.
  return least_pid_max == pid_max || terms.least_wrapped > terms.most;
}

double PidRange::most_in(std::int64_t seconds) const {
  return kWrapFactor * most_per_second * static_cast<double>(std::max<std::int64_t>(0, seconds)) +
         kWrapSlack;
}

bool PidRange::boot_reaches(Pid pid, std::int64_t seconds) const {
  return static_cast<double>(pid) <= static_cast<double>(boot_pids) + most_in(seconds);
}

bool PidRange::any_boot_reaches(Pid pid, std::int64_t seconds) const {
  const std::int64_t most =
      std::max(boot_pids, std::min<std::int64_t>(kMostBootPids, pid_max / kBootShare));
  return static_cast<double>(pid) <= static_cast<double>(most) + most_in(seconds);
}

bool PidRange::is_jump(const Tick& a, const Tick& b) const {
  return b.time >= a.time && b.lost_before != Loss::damaged &&
         static_cast<double>(rise(a, b)) > most_in(whole_seconds(a, b));
}

bool PidRange::too_long(std::int64_t seconds) const {
  return pids_per_second * static_cast<double>(seconds) >
         kTooLongShare * static_cast<double>(pid_max - std::min(pid_max, kReservedPids));
}

namespace {

// One fall may be a boot that left no line.
constexpr std::size_t kLeastWraps = 2;

// A burst in the interval in which the counter goes round leaves one of two for no wrap; two such
// bursts among three are no accident.
constexpr std::size_t kMoreWraps = 3;

// Once in 30,000 by chance, for each of up to 64 that are tried.
constexpr double kDeviations = 4;

/// Falls of the counter that no line explains, and those of them that are wraps.
struct Falls {
  std::size_t all = 0;
  std::size_t wraps = 0;

  bool are_wraps() const { return wraps >= kLeastWraps && 2 * wraps > all; }
};

/// Looks for the pid_max by which the falls are wraps.
class WrapFinder {
 public:
  WrapFinder(const std::vector<Tick>& ticks, const StepsElsewhere& elsewhere, PidRange& range)
      : ticks_(ticks), elsewhere_(elsewhere), range_(range) {
    for (std::size_t i = 0; i + 1 < ticks.size(); ++i)
      if (ticks[i + 1].pid < ticks[i].pid) falls_.push_back(i);
    for (const Tick& tick : ticks)
      if (tick.pid >= kSmallPidMax) largest_.push_back(tick.pid);
    largest_.push_back(0);  // for all below
    const std::size_t some = std::min(largest_.size(), kMostBeyond + 1);
    std::ranges::partial_sort(largest_, largest_.begin() + static_cast<std::ptrdiff_t>(some),
                              std::ranges::greater{});
    largest_.resize(some);
  }

  /// Sets pid_max, least_pid_max and basis by the PIDs of the ticks alone.
  void run() {
    Pid chosen = range_above(largest_.front());
    Falls best = falls_below(chosen);
    for (std::size_t k = 1; k < largest_.size(); ++k) {
      const Pid pid_max = range_above(largest_[k]);
      if (pid_max > largest_[k - 1]) continue;
      const Falls falls = falls_below(pid_max);
      if (!falls.are_wraps()) continue;
      if (falls.wraps >= kMoreWraps * best.wraps ||
          (falls.wraps >= best.wraps && is_left_by_jumps(pid_max)) ||
          is_seldom_passed(pid_max, chosen)) {
        best = falls;
        chosen = pid_max;
      }
    }
    set(chosen);
    if (chosen == kSmallPidMax) {
      range_.basis = best.wraps > 0 ? "the counter falls where 32768 lets it wrap"
                                    : "no larger PID in the log: the kernel's default";
    } else if (best.wraps > 0 && chosen < kMaxPid) {
      range_.basis = "the counter falls below a multiple of 1024 (1024 for each possible CPU)";
    } else {
      range_.pid_max = kMaxPid;
      range_.basis = "PIDs above 32767 in the log and no wrap below: the largest that Linux allows";
    }
  }

 private:
  static Pid range_above(Pid largest) { return std::max(kSmallPidMax, round_up_pid(largest)); }

  void set(Pid pid_max) {
    range_.pid_max = pid_max;
    range_.least_pid_max = pid_max;
  }

  // Calls use(a, b) for the falls that may be wraps, as if the ticks from this PID on, 64 at most,
  // were not there.
  template <typename Use>
  void for_each_fall(Pid pid_max, Use use) {
    set(pid_max);
    for (const std::size_t i : falls_) {
      const Tick& b = ticks_[i + 1];
      if (b.pid >= pid_max) continue;
      bool told = tells_boot(i);
      std::size_t from = i;
      for (; from > 0 && ticks_[from].pid >= pid_max; --from) told = told || tells_boot(from - 1);
      const Tick& a = ticks_[from];
      // where the time falls too, or so few PIDs, it is the lines that are out of order
      if (told || a.pid >= pid_max || a.pid <= b.pid || b.time < a.time ||
          (a.pid - b.pid <= kLateLinePids && b.time - a.time <= kOutOfOrder))
        continue;
      use(a, b);
    }
  }

  Falls falls_below(Pid pid_max) {
    Falls falls;
    for_each_fall(pid_max, [&](const Tick& a, const Tick& b) {
      ++falls.all;
      falls.wraps += range_.is_wrap(a, b, elsewhere_) ? 1 : 0;
    });
    return falls;
  }

  // Whether a line says so, between tick i and the next one.
  bool tells_boot(std::size_t i) const {
    return ticks_[i + 1].after_startup || other_boot(ticks_[i], ticks_[i + 1]);
  }

  // Whether the host does not come beyond pid_max by itself.
  bool is_left_by_jumps(Pid pid_max) const {
    bool left = false;
    for (std::size_t i = 0; i + 1 < ticks_.size(); ++i) {
      if (ticks_[i].pid >= pid_max || ticks_[i + 1].pid < pid_max) continue;
      if (!range_.is_jump(ticks_[i], ticks_[i + 1])) return false;
      left = true;
    }
    return left;
  }

  // A step of A PIDs in which the counter goes round at `larger` begins between there and D below
  // with the chance D / A, or certainly. Whether so few do that it does not go round there.
  bool is_seldom_passed(Pid pid_max, Pid larger) {
    const double distance = larger - pid_max;
    double due = 0;
    double variance = 0;
    double passed = 0;
    for_each_fall(larger, [&](const Tick& a, const Tick& b) {
      if (!range_.is_wrap(a, b, elsewhere_)) return;
      const auto step = static_cast<double>(range_.advance_over_wrap(a.pid, b.pid));
      const double chance = std::min(1.0, distance / step);
      due += chance;
      variance += chance * (1 - chance);
      passed += a.pid >= pid_max ? 1 : 0;
    });
    return due - passed > kDeviations * std::sqrt(std::max(1.0, variance));
  }

  const std::vector<Tick>& ticks_;
  const StepsElsewhere& elsewhere_;
  PidRange& range_;
  std::vector<Pid> largest_;  ///< in descending order, as far as may be passed over
  std::vector<std::size_t> falls_;
};

// Its rates alone are set.
PidRange at_rates_of(const std::vector<Tick>& ticks) {
  PidRange range;
  range.pids_per_second = ordinary_rate(ticks);
  range.most_per_second = std::max(range.pids_per_second, largest_rate(ticks));
  return range;
}

}  // namespace

bool is_believed(const ClockOptions& options, const std::vector<Reading>& readings) {
  return options.pid_max &&
         (options.pid_max_is_users || std::ranges::none_of(readings, [&](const Reading& r) {
            return r.kind == ReadingKind::job && r.pid >= *options.pid_max;
          }));
}

PidRange infer_pid_range(const std::vector<Tick>& ticks, const StepsElsewhere& elsewhere,
                         const ClockOptions& options, std::optional<Pid> small) {
  PidRange range = at_rates_of(ticks);
  const auto beyond = [&](Pid pid_max) {
    return static_cast<std::size_t>(
        std::ranges::count_if(ticks, [&](const Tick& tick) { return tick.pid >= pid_max; }));
  };
  const bool given = options.pid_max && *options.pid_max > kReservedPids;
  const bool exceeded = given && beyond(*options.pid_max) > 0;
  if (given && (!exceeded || options.pid_max_is_users)) {
    range.pid_max = *options.pid_max;
    range.least_pid_max = range.pid_max;
    range.basis = options.pid_max_source.empty() ? "given" : options.pid_max_source;
    if (exceeded) range.basis += ", although larger PIDs are in the log";
    return range;
  }
  if (small && beyond(*small) <= kMostBeyond) {
    range.pid_max = *small;
    range.least_pid_max = *small;
    range.basis = "the counter falls right below a multiple of 1024, each time: a small pid_max";
  } else {
    WrapFinder(ticks, elsewhere, range).run();
  }
  if (beyond(range.pid_max) > 0) range.basis += ", although larger PIDs are in the log";
  if (exceeded) range.basis += "; the " + options.pid_max_source + " is below PIDs of the log";
  return range;
}

}  // namespace pidometer
