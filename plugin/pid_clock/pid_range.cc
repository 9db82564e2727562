#include "plugin/pid_clock/pid_range.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <span>

#include "plugin/pid_clock/even_sample.h"

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
  return (largest / kPidsPerCpu + 1) * kPidsPerCpu;
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

bool PidRange::too_long(std::int64_t seconds) const {
  return pids_per_second * static_cast<double>(seconds) >
         kTooLongShare * static_cast<double>(pid_max - std::min(pid_max, kReservedPids));
}

namespace {

/// Sets pid_max, least_pid_max and basis by the PIDs of the ticks alone; how often the counter goes
/// round then.
std::size_t infer_by_pids(std::span<const Tick> ticks, const StepsElsewhere& elsewhere, Pid largest,
                          PidRange& range) {
  std::size_t falls = 0;
  const auto count_wraps = [&] {
    falls = 0;
    for (std::size_t i = 0; i + 1 < ticks.size(); ++i)
      if (ticks[i + 1].pid < ticks[i].pid && !ticks[i + 1].after_startup &&
          !other_boot(ticks[i], ticks[i + 1]) && range.is_wrap(ticks[i], ticks[i + 1], elsewhere))
        ++falls;
  };
  if (largest < kSmallPidMax) {
    range.pid_max = kSmallPidMax;
    range.least_pid_max = kSmallPidMax;
    count_wraps();
    range.basis = falls > 0 ? "the counter falls where 32768 lets it wrap"
                            : "no larger PID in the log: the kernel's default";
    return falls;
  }
  // the smallest multiple of 1024 above all PIDs, if the counter falls right below it
  range.pid_max = round_up_pid(largest);
  range.least_pid_max = range.pid_max;
  count_wraps();
  if (range.pid_max < kMaxPid && falls > 0) {
    range.basis = "the counter falls below a multiple of 1024 (1024 for each possible CPU)";
    return falls;
  }
  range.pid_max = kMaxPid;
  range.basis = "PIDs above 32767 in the log and no wrap below: the largest that Linux allows";
  return 0;
}

// Its rates alone are set.
PidRange at_rates_of(const std::vector<Tick>& ticks) {
  PidRange range;
  range.pids_per_second = ordinary_rate(ticks);
  range.most_per_second = std::max(range.pids_per_second, largest_rate(ticks));
  return range;
}

// One fall may be a boot that left no line.
constexpr std::size_t kLeastWraps = 2;

}  // namespace

std::optional<std::uint32_t> find_foreign_end(const std::vector<Tick>& ticks,
                                              const StepsElsewhere& elsewhere,
                                              const ClockOptions& options) {
  if (ticks.size() < 3) return std::nullopt;
  const auto last = static_cast<std::uint32_t>(ticks.size() - 1);
  if (!ticks[last].after_startup && is_too_fast(ticks[last - 1], ticks[last])) return last;
  if (options.pid_max) return std::nullopt;
  for (const std::uint32_t end : {0U, last}) {
    const auto others = std::span(ticks).subspan(end == 0 ? 1 : 0, last);
    const Pid largest = std::ranges::max_element(others, {}, &Tick::pid)->pid;
    if (ticks[end].pid <= largest) continue;
    PidRange range = at_rates_of(ticks);
    if (infer_by_pids(others, elsewhere, largest, range) >= kLeastWraps &&
        ticks[end].pid >= range.pid_max)
      return end;
  }
  return std::nullopt;
}

PidRange infer_pid_range(const std::vector<Tick>& ticks, const StepsElsewhere& elsewhere,
                         const ClockOptions& options) {
  PidRange range = at_rates_of(ticks);
  Pid largest = 0;
  for (const Tick& tick : ticks) largest = std::max(largest, tick.pid);
  const bool known = options.pid_max && *options.pid_max > kReservedPids;
  const bool exceeded = known && largest >= *options.pid_max;
  if (!known || (exceeded && !options.pid_max_is_users)) {
    infer_by_pids(ticks, elsewhere, largest, range);
    if (exceeded) range.basis += "; the " + options.pid_max_source + " is below PIDs of the log";
    return range;
  }
  range.pid_max = *options.pid_max;
  range.least_pid_max = range.pid_max;
  range.basis = options.pid_max_source.empty() ? "given" : options.pid_max_source;
  if (exceeded) range.basis += ", although larger PIDs are in the log";
  return range;
}

}  // namespace pidometer
