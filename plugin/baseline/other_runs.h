#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "plugin/baseline/baseline.h"

namespace pidometer {

// Above this many other runs one run more or less does not move the median: no leave-one-out.
inline constexpr std::size_t kLeaveOneOut = 40;

/// Other runs, as far as they cost more than the fit has for them.
struct OtherRuns {
  std::size_t n = 0;
  double median = 0;
  double variance = 0;  ///< around it
  double degrees = 0;   ///< that it has; 0: one run, or none, says nothing of it
  double low = 0;
  double high = 0;
  std::int32_t least = 0;  ///< PIDs, all that their intervals cost
  std::int32_t most = 0;
};

/// The least and the most of some intervals' PIDs.
struct CostRange {
  std::int32_t least = std::numeric_limits<std::int32_t>::max();
  std::int32_t most = std::numeric_limits<std::int32_t>::min();
  void add(std::int32_t advance) {
    least = std::min(least, advance);
    most = std::max(most, advance);
  }
};

/// Of these residuals, which it reorders.
OtherRuns summary(std::vector<double>& residuals, const CostRange& range);

/// Whether they cost exactly the same.
bool agree(const OtherRuns& others);

/// What an interval costs, how much that varies, and with how many degrees that is known.
struct Spread {
  double mean = 0;
  double variance = 0;
  double degrees = 0;
  double open = -1;  ///< up to the most that it may cost, where that is known
};

/// What one run alone, or the additive fit, may be off by.
double guess_alone(double mean);

/// By what is predicted of it and what other runs cost beyond that; no less than `least`.
Spread by_others(double predicted, const OtherRuns& others, double least);

/// What a row says of them.
Comparable compared(const OtherRuns& others, double degrees);

}  // namespace pidometer
