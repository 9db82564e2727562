#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "plugin/pid_clock/clock_options.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/steps_elsewhere.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// A wrap may imply this many times what the host spends on average in that time (bursts, a daily
/// job) and this many more (PIDs of running daemons are skipped on the way; a few hundred).
inline constexpr double kWrapFactor = 8;
inline constexpr double kWrapSlack = 400;
/// ... and not much less: after a long time without a line a small advance is a boot's.
inline constexpr double kWrapLeast = 0.25;
/// Beyond half a round of the counter an advance may as well be one round more or less.
inline constexpr double kTooLongShare = 0.5;

/// PID_MAX_DEFAULT, include/linux/threads.h: no range of PIDs is taken to be smaller.
inline constexpr Pid kSmallPidMax = 32768;

/// Where nothing is known of this host's boots, one that left no STARTUP line may have taken a
/// quarter of the range before its first job ran.
inline constexpr std::int64_t kBootShare = 4;

/// Beyond this many PIDs a second nothing is believed. One core was measured to make 8,500 forks,
/// 2,000 programs or 57,000 threads a second of its time, in a loop that does nothing else, and the
/// kernel hands PIDs out under one lock: over the time between two records no host goes on so.
inline constexpr double kMostPidsPerSecond = 50'000;

/// Whether nothing that a host does takes the counter from the one tick to the other. Nothing is
/// said where the time runs backwards.
inline bool is_too_fast(const Tick& a, const Tick& b) {
  return b.time >= a.time - kTickSpan && b.pid > a.pid &&
         static_cast<double>(b.pid - a.pid) >
             kMostPidsPerSecond *
                 (std::max(0.0, seconds_between(a, b)) + static_cast<double>(kTickSpan.count()));
}

/// What says whether a fall is a wrap, a restart of the counter, or not known which; PIDs.
struct FallTerms {
  double usual = 0;          ///< what the host spends in the time
  double elsewhere = 0;      ///< what the same jobs' intervals take (StepsElsewhere)
  double wrapped = 0;        ///< what it spent if the counter wrapped once
  double wrap_least = 0;     ///< a wrap is told from here ...
  double wrap_most = 0;      ///< ... to here
  double wrap_known = 0;     ///< ... where neither `usual` nor `wrapped` is more: else it may have
                             ///< gone round unseen, or not at all
  double most = 0;           ///< what the host may spend in the time, bursts and all
  double least_wrapped = 0;  ///< what a wrap takes at least, where pid_max may be smaller
  double restart_known = 0;  ///< a restart is told where `most` is no more than this
};

/// Where the counter of this host wraps, and what it spends: decides whether a fall is a wrap.
struct PidRange {
  Pid pid_max = 32768;         ///< one more than the largest PID that is handed out
  std::string basis;           ///< in words: where the number comes from
  double pids_per_second = 0;  ///< of ordinary intervals, the largest steps clipped
  double most_per_second =
      0;                      ///< the same from above: bursts count, and no time without lines does
  Pid least_pid_max = 32768;  ///< pid_max, or where that is a guess the smallest it may be
  /// A boot takes so many PIDs at most until cron has started: by this host's own boots where their
  /// STARTUP lines show them; else more than kernel threads, initial ram disk and scripts take on
  /// hosts of a few CPUs (one to three thousand).
  std::int64_t boot_pids = 4096;

  /// PIDs handed out from `from` up to `to` if the counter wrapped once in between.
  std::int64_t advance_over_wrap(Pid from, Pid to) const;

  /// Whether a fall without a STARTUP line is a wrap: the advance it implies is what this host may
  /// spend in that time, or what the same jobs took elsewhere.
  bool is_wrap(Pid from, Pid to, std::int64_t seconds, std::int64_t elsewhere) const;
  bool is_wrap(const Tick& a, const Tick& b, const StepsElsewhere& elsewhere) const {
    return is_wrap(a.pid, b.pid, whole_seconds(a, b), elsewhere.after(a, b));
  }

  /// Whether one wrap may lie between, whatever it takes: no more than half a round does.
  bool may_wrap(Pid from, Pid to, std::int64_t seconds) const;

  bool rate_is_known() const { return most_per_second > 0; }

  /// The terms of is_wrap() and is_restart().
  FallTerms terms_of(Pid from, Pid to, std::int64_t seconds, std::int64_t elsewhere) const;

  /// Whether a fall without a STARTUP line that is no wrap can only be a restart of the counter: a
  /// PID that no wrap hands out, or a time in which not even the most that this host may spend
  /// takes the counter there, or half a round far. Nothing is said of a host whose rate is not
  /// known.
  bool is_restart(Pid from, Pid to, std::int64_t seconds) const;

  /// The most that this host may spend in the time, bursts and all.
  double most_in(std::int64_t seconds) const;

  /// Whether a counter that restarted may have come to this PID within so many seconds after the
  /// daemon's start; `any`: after a boot that left no STARTUP line.
  bool boot_reaches(Pid pid, std::int64_t seconds) const;
  bool any_boot_reaches(Pid pid, std::int64_t seconds) const;

  /// Whether the PIDs rise by more than the host may spend in the time. Nothing is said where the
  /// time runs backwards, or bytes are lost.
  bool is_jump(const Tick& a, const Tick& b) const;

  /// Whether so much is spent in the time that the number of wraps cannot be known.
  bool too_long(std::int64_t seconds) const;
};

/// The smallest multiple of 1024 above the PID: the kernel gives 1024 to each possible CPU. No more
/// than kMaxPid.
Pid round_up_pid(Pid largest);

/// Whether pid_max is known: a file's word is not believed where PIDs of the log are larger. Of
/// those that turn out to be foreign infer_pid_range() hears no more, and may believe it then.
bool is_believed(const ClockOptions& options, const std::vector<Reading>& readings);

/// So many ticks at most are no counter's where that of all others goes round below them: lines
/// that somebody forged (as of foreign ticks in a row).
inline constexpr std::size_t kMostBeyond = 64;

/// Where pid_max is not known it is the smallest multiple of 1024 above all PIDs; or a smaller one,
/// with up to 64 ticks beyond it, where two falls at least, and more than half of all that are left
/// without these ticks, are wraps by it, and the larger one explains them worse (docs/pid_clock.md
/// has the three ways in which it may). `small`: what the falls say
/// where it is less than usual (find_small_pid_max()).
PidRange infer_pid_range(const std::vector<Tick>& ticks, const StepsElsewhere& elsewhere,
                         const ClockOptions& options, std::optional<Pid> small = {});

}  // namespace pidometer
