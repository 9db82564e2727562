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
    Window window{begin, end, excess_[end] - excess_[begin],
                  spread * (variance_[end] - variance_[begin]), 0};
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
    return (usual_variance_[end] - usual_variance_[begin]) *
               baseline_.spread.factor(random_mean_[end] - random_mean_[begin], level_pids) +
           foreign_variance_[end] - foreign_variance_[begin];
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
  std::vector<double> variance_;
  // where there is a level: what the variance would be at the usual level, what is added to it
  // whatever the level is, the random means, and how far the means may fall
  std::vector<double> usual_variance_;
  std::vector<double> foreign_variance_;
  std::vector<double> random_mean_;
  std::vector<double> can_fall_;
  std::size_t judged_ = 0;
  double days_ = 0;
};

}  // namespace pidometer
