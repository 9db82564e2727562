#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/window_calibration.h"
#include "plugin/anomaly/window_sums.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// All windows of the log, of widths 1 to 16 (more while under two hours).
class WindowScan {
 public:
  /// `clock` and `baseline` must outlive the scan.
  WindowScan(const PidClock& clock, const Baseline& baseline);
  WindowScan(const WindowScan&) = delete;
  WindowScan& operator=(const WindowScan&) = delete;

  /// Windows that may be worth a row, in a fixed order.
  std::vector<Window> candidates() const;

  /// Excess and variance of a window, without a score.
  Window measure(std::uint32_t begin, std::uint32_t end) const {
    return sums_.measure(begin, end, calibration_.spread(width_index(end - begin)));
  }

  /// Calibrated score of a measured window.
  double score(const Window& window) const;

  /// The same, were all of its jobs known and cost what is expected.
  double score_if_known(const Window& window) const;

  /// The same of a sum of `width` intervals that are not all known.
  double score(const WindowCalibration::Sum& sum, std::size_t width) const;

  /// What is taken off the score of a window of so many intervals, because it was chosen among many
  /// that overlap.
  static double price(std::size_t width);

  const WindowCalibration& calibration() const { return calibration_; }
  const WindowSums& sums() const { return sums_; }

  /// Windows looked at, those that overlap counted by their share.
  double looks() const { return looks_; }

  /// Days that the judged intervals cover.
  double days() const { return sums_.days(); }

  /// Whether the window is worth a row: of such scores quiet days have about one, or it is a single
  /// interval where the cost is always the same.
  bool listed(const Window& window) const;

  /// Whether a job begins an interval of the window of which one other run at most tells the cost.
  bool holds_unknown_job(const Window& window) const;

 private:
  bool constant(std::uint32_t interval) const;
  bool is_beside_unknown_job(const Window& window) const;
  void add_beside_unknown_jobs(std::vector<Window>& found) const;

  const Baseline& baseline_;
  WindowSums sums_;
  WindowCalibration calibration_;
  double looks_ = 0;
  double floor_ = 0;
};

}  // namespace pidometer
