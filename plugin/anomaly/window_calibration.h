#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "plugin/anomaly/window_sums.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// An interval is far out beyond so many standard deviations and PIDs: the calibration leaves it
/// out as suspect, and daily bursts are looked for among such.
inline constexpr double kFarOutDeviations = 4;
inline constexpr double kFarOutPids = 1;

/// How surprising a window is on this host: the tails of counts and of bursts, held against the
/// host's own windows of each width, those that are suspect left out.
class WindowCalibration {
 public:
  /// All three must outlive the calibration.
  WindowCalibration(const PidClock& clock, const Baseline& baseline, const WindowSums& sums);

  /// Variance of sums over width `w` of the table, in units of the sum of the intervals' variances.
  double spread(std::size_t w) const { return spread_[w]; }
  /// What a stated score of width `w` is multiplied by, at most 1.
  double shrink(std::size_t w) const { return shrink_[w]; }

  /// A sum of intervals, of which not each is known: what was handed out over a gap.
  struct Sum {
    double excess = 0;  ///< observed minus expected
    double variance = 0;
    double random_mean = 0;  ///< part of the expectation that varies
    double few = 0;          ///< part of the variance that is known from few others
    unsigned degrees = 0;    ///< of Student's t for that part; 0: there is none
    /// What the sum may cost more than expected at most, where that is all that its guesses leave
    /// open; below 0: not known. What is little known of its variance then is `sure_few`, with
    /// `sure_degrees`, instead of `few`.
    double open = -1;
    double sure_few = 0;
    double guessed = 0;  ///< of the variance: what goes with the guesses
    unsigned sure_degrees = 0;
    /// So many PIDs more than expected the other runs leave open of jobs at odd minutes; below 0:
    /// there are none, or it is not known. Without these jobs the variance and the mean are so much
    /// less, and `other_few` of it is known from few intervals.
    double beyond = -1;
    double job_variance = 0;
    double job_mean = 0;
    double other_few = 0;
    unsigned other_degrees = 0;
  };

  /// What the host's own windows of a width say of the lighter tail.
  struct CountTail {
    double share = 0;  ///< how far from the tail of bursts to it, 0 to 1
    double most = std::numeric_limits<double>::infinity();  ///< up to which score it says something
  };

  /// What the tails say of a window, before it is known how far to go from one to the other.
  struct Surprise {
    double count = 0;   ///< by the tail of a count
    double bursts = 0;  ///< by the heavier one
    double bursty = 0;  ///< 0 to 1: how much the heavier one counts
    double most = 0;    ///< by what little is known of such intervals; infinite: it is much
    Sum sum;            ///< what is judged; the level is in `random_mean`
    double scale =
        0;  ///< variance in `most`: all of it, or what is known from few where that is little
  };
  Surprise surprise(const Window& window) const;
  /// The same, did each job that is not known cost what is expected of it, and vary like others;
  /// what is little known does not bound it.
  Surprise surprise_if_known(const Window& window) const;
  static Surprise surprise(const Sum& sum);

  /// A sum is as large only if what is known of it has more than its share of the excess or what is
  /// known from few has: the chances of both together bound it, however it is shared.
  struct Parts {
    double few_share = 0;  ///< of the excess: where both are as surprising
    Sum rest;              ///< what is known
    double rest_score = 0;
    double few_score = 0;  ///< by Student's t
    double score = 0;      ///< of both chances together; 0: there are no two parts
  };
  static Parts by_parts(const Surprise& surprise, const CountTail& count_tail);

  /// The sum beyond the most that its jobs may cost, of which nothing is guessed.
  static std::optional<Sum> beyond_most(const Sum& sum);

  /// The sum beyond the dearest of the other runs of jobs at odd minutes, without these.
  static std::optional<Sum> beyond_dearest(const Sum& sum);

  /// What a window is taken for where its level is not looked at: `window.excess` and `.variance`
  /// are those without it.
  Sum without_level(const Window& window) const;

  const CountTail& count_tail(std::size_t w) const { return count_tail_[w]; }

  /// -log10 of the chance by both tails, whatever is known from few.
  static double tail_score(const Surprise& surprise, const CountTail& count_tail);
  /// The same, and no more than what is known from few allows.
  static double few_score(const Surprise& surprise, const CountTail& count_tail);
  /// The same, and no less than what lies beyond the dearest of jobs' other runs.
  static double raw_score(const Surprise& surprise, const CountTail& count_tail);

  /// -log10 of the chance of such a sum in one window of its width.
  double score(const Window& window) const;
  /// The same by the tails alone, were all of its jobs known (surprise_if_known).
  double score_if_known(const Window& window) const;
  /// The same of a sum of `width` intervals.
  double score(const Sum& sum, std::size_t width) const;

 private:
  static Parts shared(const Surprise& surprise, const CountTail& count_tail, double few_share);

  /// A window of the sample, as far as the sample needs it.
  struct Sampled {
    double deviations;  ///< of its excess, negative: the farthest first
    std::uint32_t begin;
  };
  struct Sample {
    std::vector<Sampled> windows;
    double each = 1;  ///< windows of the log that one of them stands for
  };
  /// What windows that a known share of all exceeds say of themselves.
  struct Stated {
    double target;  ///< -log10 of that share
    double count;   ///< mean score by the tail of a count
    double bursts;  ///< by the heavier one, where work comes in bursts
  };

  void add_level(const Window& window, Sum& sum) const;
  void add_odd_run(std::uint32_t interval, double spread, Sum& sum) const;
  void mark_suspects();
  Sample sample(std::size_t w) const;
  static double spread_of_sums(const Sample& sample, std::size_t w);
  std::vector<Stated> stated_scores(std::vector<Sampled> windows, std::size_t w) const;
  void calibrate(std::size_t w);

  const PidClock& clock_;
  const Baseline& baseline_;
  const WindowSums& sums_;
  std::vector<std::uint32_t> suspects_;  ///< ascending
  bool suspects_are_usual_ = false;      ///< they come on most days
  std::array<double, kWindowWidths.size()> spread_{};
  std::array<double, kWindowWidths.size()> shrink_{};
  std::array<CountTail, kWindowWidths.size()> count_tail_{};
};

}  // namespace pidometer
