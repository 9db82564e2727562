#pragma once

#include <array>
#include <chrono>
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

/// All windows of the log, of widths 1 to 16 (more while under two hours).
class WindowScan {
 public:
  WindowScan(const PidClock& clock, const Baseline& baseline);

  /// Windows that may be worth a row, in a fixed order.
  std::vector<Window> candidates() const;

  /// Excess and variance of a window, without a score.
  Window measure(std::uint32_t begin, std::uint32_t end) const {
    Window window{begin, end, excess_[end] - excess_[begin], variance_[end] - variance_[begin], 0};
    if (baseline_.level.used())
      window.excess -=
          baseline_.level.rate(begin, end) *
          std::chrono::duration<double>(clock_.ticks[end].time - clock_.ticks[begin].time).count();
    return window;
  }

  /// Calibrated score of a measured window.
  double score(const Window& window) const;

  /// What is taken off the score of a window of so many intervals, because it was chosen among many
  /// that overlap.
  static double price(std::size_t width);

  /// Windows looked at, those that overlap counted by their share.
  double looks() const { return looks_; }

  /// Days that the judged intervals cover.
  double days() const { return days_; }

  /// Whether the window is worth a row: of such scores quiet days have about one, or it is a single
  /// interval where the cost is always the same.
  bool listed(const Window& window) const;

 private:
  struct Run {
    std::uint32_t begin;
    std::uint32_t end;
  };
  /// What windows that a known share of all exceeds say of themselves.
  struct Stated {
    double target;  ///< -log10 of that share
    double count;   ///< mean score by the tail of a count
    double bursts;  ///< by the heavier one, where work comes in bursts
  };
  /// A window of the sample, as far as the sample needs it.
  struct Sampled {
    double deviations;  ///< of its excess, negative: the farthest first
    std::uint32_t begin;
  };
  /// What the tails say of a window, before it is known how far to go from one to the other.
  struct Surprise {
    double count;   ///< by the tail of a count
    double bursts;  ///< by the heavier one
    double bursty;  ///< 0 to 1: how much the heavier one counts
    double most;    ///< by what little is known of such intervals
  };
  static constexpr std::size_t kWidths = 14;

  void find_runs();
  void mark_suspects();
  std::vector<Sampled> sample(std::size_t width_index) const;
  std::vector<Stated> stated_scores(std::vector<Sampled> windows, std::uint32_t width,
                                    double least) const;
  void calibrate(std::size_t width_index);
  bool constant(std::uint32_t interval) const;
  bool any_far(std::uint32_t begin, std::uint32_t end, std::uint32_t width, double square) const;
  std::size_t widest(const Run& run, std::size_t w) const;
  Surprise surprise(const Window& window) const;
  static double raw_score(const Surprise& surprise, double count_share);

  const PidClock& clock_;
  const Baseline& baseline_;
  std::vector<Run> runs_;
  std::vector<double> excess_;  ///< prefix sums over intervals
  std::vector<double> variance_;
  std::vector<std::uint32_t> suspects_;  ///< ascending
  bool suspects_are_usual_ = false;      ///< they come on most days
  std::array<double, kWidths> shrink_{};
  std::array<double, kWidths> count_share_{};  ///< how far from the tail of bursts to the count's
  std::size_t judged_ = 0;
  double looks_ = 0;
  double days_ = 0;
  double floor_ = 0;
};

}  // namespace pidometer
