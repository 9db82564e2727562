#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {

/// Stretches of a silence that were compared with the same minutes of other days.
struct ComparedStretches {
  /// What was compared with the same days of one minute.
  struct Reference {
    LocalMinute of_day;
    double compared = 0;
    double days = 0;  // sum over these
  };
  std::vector<std::int32_t> differences;  // in tenths of a PID
  std::size_t tried = 0;                  // stretches for which other days were looked at
  std::uint32_t until = 0;                // tick up to which PIDs were counted
  std::vector<Reference> references;      // ascending by of_day

  void add(LocalMinute of_day, double days) {
    auto at = std::ranges::lower_bound(references, of_day, {}, &Reference::of_day);
    if (at == references.end() || at->of_day != of_day)
      at = references.insert(at, Reference{of_day});
    at->compared += 1;
    at->days += days;
  }

  /// What the days that were compared with vary, in units of what one stretch does: variance of
  /// the mean over all differences, and of the single ones from their mean.
  struct Spread {
    double of_mean = 0;
    double of_one = 0;
  };
  // All days of a silence are compared with the same few days before it: what these vary does not
  // become less with the number of the others.
  Spread reference_spread() const {
    const auto n = static_cast<double>(differences.size());
    Spread spread;
    for (const Reference& r : references) {
      const double own = r.compared / r.days;  // of the mean of its days
      const double share = r.compared / n;
      spread.of_mean += share * share * own;
      spread.of_one += share * own;
    }
    spread.of_one -= spread.of_mean;
    return spread;
  }
};

}  // namespace pidometer
