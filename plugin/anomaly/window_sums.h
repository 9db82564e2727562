#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Intervals [begin, end), none of them unjudged, and how surprising their sum is.
struct Window {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  double excess = 0;  ///< observed minus expected, local level included
  double variance = 0;
  double score = 0;  ///< calibrated, the price of its width paid
  std::size_t width() const { return end - begin; }
};

/// Intervals that are looked at together. An activity is a burst within one interval or a drizzle
/// over many; each next width differs from the last by a third at least, so that no activity is far
/// from some width.
inline constexpr std::array<std::uint32_t, 14> kWindowWidths = {1,  2,  3,  4,  6,  8,  12,
                                                                16, 24, 32, 48, 64, 96, 128};

/// Index of the narrowest width of the table that is as wide; the last one for what is wider.
inline std::size_t width_index(std::size_t width) {
  std::size_t index = 0;  // mostly one interval is asked for
  while (index + 1 < kWindowWidths.size() && kWindowWidths[index] < width) ++index;
  return index;
}

/// Sums of variances over stretches of a log. What one interval may vary differs by more than a
/// double has digits (a job that always costs the same, and one of which three runs took thousands
/// or millions), so the rest that each addition rounds off is summed beside it (Knuth's TwoSum):
/// behind a large term a small one is what it was.
class VarianceSums {
 public:
  void assign(std::size_t intervals) {
    sums_.assign(intervals + 1, 0);
    rests_.assign(intervals + 1, 0);
  }
  bool empty() const { return sums_.empty(); }

  /// The sum up to the end of interval `i` from that up to its begin.
  void add(std::size_t i, double term) {
    const double sum = sums_[i] + term;
    const double added = sum - sums_[i];
    sums_[i + 1] = sum;
    rests_[i + 1] = rests_[i] + ((sums_[i] - (sum - added)) + (term - added));
  }
  /// Begins anew behind interval `i`.
  void restart(std::size_t i) { sums_[i + 1] = rests_[i + 1] = 0; }

  double between(std::size_t begin, std::size_t end) const {
    return (sums_[end] - sums_[begin]) + (rests_[end] - rests_[begin]);
  }

  /// between(begin + k, begin + k + width) for k from 0 on, without a branch.
  class Windows {
   public:
    Windows(const VarianceSums& sums, std::size_t begin, std::size_t width)
        : from_(sums.sums_.data() + begin),
          to_(from_ + width),
          rest_from_(sums.rests_.data() + begin),
          rest_to_(rest_from_ + width) {}
    double operator[](std::size_t k) const {
      return (to_[k] - from_[k]) + (rest_to_[k] - rest_from_[k]);
    }

   private:
    const double* from_;
    const double* to_;
    const double* rest_from_;
    const double* rest_to_;
  };

 private:
  std::vector<double> sums_;
  std::vector<double> rests_;
};

/// Excess and variance of any window, out of sums over the log.
class WindowSums {
 public:
  /// Judged intervals [begin, end) without a break.
  struct Run {
    std::uint32_t begin;
    std::uint32_t end;
  };

  /// `clock` and `baseline` must outlive the sums.
  WindowSums(const PidClock& clock, const Baseline& baseline);

  const std::vector<Run>& runs() const { return runs_; }
  std::size_t judged() const { return judged_; }  ///< intervals
  double days() const { return days_; }           ///< that they cover

  /// One past the last place in a run where a window of width `w` of the table may begin; run.begin
  /// where there is none.
  std::size_t last_begin(const Run& run, std::size_t w) const;

  /// A window's excess and variance. `spread`: variance of such a sum, in units of the sum of the
  /// intervals' variances.
  Window measure(std::uint32_t begin, std::uint32_t end, double spread) const {
    Window window{begin, end, excess_[end] - excess_[begin], spread * variance_.between(begin, end),
                  0};
    if (!usual_variance_.empty()) apply_level(window, spread);
    return window;
  }

  /// What a window's excess and variance are made of.
  struct Steps {
    double variance = 0;  ///< sum of the intervals', each at its own level
    /// Where there is a level and more than one interval: the sum at the usual level, what the
    /// window's level makes of it, and what is added whatever the level is. factor 0: not used.
    double usual_variance = 0;
    double factor = 0;
    double foreign_variance = 0;
    double level_rate = 0;  ///< PIDs a second beyond its hours by what lies beside the window
    double hours = 0;       ///< PIDs that its hours of the day add (take)
    double can_fall = 0;    ///< so far the expectation may fall at most
    double level_pids = 0;
  };
  Steps steps(std::uint32_t begin, std::uint32_t end) const;

  /// Sum of the intervals' variances where the level adds so many PIDs to them; only where a level
  /// is used.
  double variance_at(std::uint32_t begin, std::uint32_t end, double level_pids) const {
    return usual_variance_.between(begin, end) *
               baseline_.spread.factor(random_mean_[end] - random_mean_[begin], level_pids) +
           foreign_variance_.between(begin, end);
  }

  /// What the level adds to a window's expectation: never below what is certain.
  double level_pids(std::uint32_t begin, std::uint32_t end) const;

  /// Whether a window that begins in [begin, end) is so far out that its squared excess is more
  /// than `square` times its variance, where there is no level.
  bool any_far(std::uint32_t begin, std::uint32_t end, std::uint32_t width, double square) const;

 private:
  void find_runs();
  void add(const Run& run);
  void apply_level(Window& window, double spread) const;

  const PidClock& clock_;
  const Baseline& baseline_;
  std::vector<Run> runs_;
  std::vector<double> excess_;  ///< prefix sums over intervals, like all below
  VarianceSums variance_;
  // where there is a level: what the variance would be at the usual level, what is added to it
  // whatever the level is, the random means, and how far the means may fall
  VarianceSums usual_variance_;
  VarianceSums foreign_variance_;
  std::vector<double> random_mean_;
  std::vector<double> can_fall_;
  std::size_t judged_ = 0;
  double days_ = 0;
};

}  // namespace pidometer
