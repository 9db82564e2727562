#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Tells what comes on most days of a log, and so belongs to the host, from what came on some: the
/// work of an intruder does not come evenly.
class EvenDays {
 public:
  /// Days of 24 hours from the log's first line on, as far as intervals are judged in them; before
  /// it too, where the clock was ahead then.
  explicit EvenDays(const PidClock& clock);

  std::int64_t day_of(std::uint32_t interval) const;

  /// Days that count.
  std::size_t count() const { return days_.size(); }

  /// Whether such a share of the days, in each third of the log, are among `seen`; never in a log
  /// of few days. Sorts `seen`.
  bool cover(std::vector<std::int64_t>& seen, double share = kMostDays) const;

  /// The largest size that such a share of the days, in each third of the log, reach; `sizes` are
  /// of the days that count, in their order. 0 in a log of few days.
  double reached(std::span<const double> sizes, double share = kMostDays) const;

  /// Of the days that count, the place of the interval's, which is one of them.
  std::size_t place_of(std::uint32_t interval) const;

  /// Whether the log has too few days for that.
  bool are_few() const;

  /// The local date on which an interval begins: one evening's work lies on one date, and may lie
  /// on two days.
  std::int64_t date_of(std::uint32_t interval) const;

  /// Whether `dates` are so far as many as such a share of the days: more days would be needed to
  /// say that it goes on so. Changes `dates`.
  bool may_cover(std::vector<std::int64_t>& dates, double share = kMostDays) const;

  /// As for a daily source (plugin/baseline/daily_sources.cc).
  static constexpr double kMostDays = 0.75;

 private:
  const PidClock& clock_;
  std::vector<std::int64_t> days_;  ///< ascending
};

}  // namespace pidometer
