#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pidometer {

/// Location and spread of the core of a sample: what is left after values far outside the quartiles
/// are set aside, so that what we look for does not enter what we compare it with.
struct Core {
  std::size_t n = 0;       ///< all values
  std::size_t core_n = 0;  ///< values of the core
  double median = 0;
  double mean = 0;           ///< of the core: medians of small counts bias sums over windows
  double square_sum = 0;     ///< of the core's deviations from its mean
  double robust_spread = 0;  ///< IQR / kIqrOfNormal: the standard deviation of a normal sample
  std::int64_t low = 0;      ///< smallest and largest value of the core
  std::int64_t high = 0;
  std::size_t at_median = 0;  ///< values that equal the (lower) median
  double fence_low = 0;       ///< values from here to there are the core
  double fence_high = 0;
};

inline constexpr double kFenceRanges = 3;   // Tukey (1977): beyond it a value is far out
inline constexpr double kFenceSlack = 1.5;  // PIDs

// What lies beyond the fences is taken for what we look for only while it is so little: three
// values, or this share, because no host is under attack in more of its intervals than that. Where
// most values are alike and the others are not (work that comes now and then), the quartiles do not
// show it.
inline constexpr std::size_t kMostOutside = 3;
inline constexpr double kOutsideShare = 0.03;

/// Fences at three interquartile ranges (Tukey's "far out") and 1.5 PIDs more, because counts of
/// constant jobs have no range at all. The host's own reach `bursts` above the median: what lies
/// so far out is within them whatever its share. Reorders `values`. An empty sample gives n = 0.
Core core_of(std::span<std::int32_t> values, double bursts = 0);

/// The middle value; of an even number the mean of the two. Reorders; 0 for an empty sample.
double median_of(std::span<double> values);

/// Interquartile range of a normal sample, in its standard deviations.
inline constexpr double kIqrOfNormal = 1.349;

/// Standard error of the median of a normal sample, in those of its mean: sqrt(pi / 2). (Of three
/// it is 1.16, of five 1.20.)
inline constexpr double kMedianError = 1.2533;

/// Median of the absolute deviations of a normal sample, in its standard deviations.
inline constexpr double kMadOfNormal = 0.6745;

}  // namespace pidometer
