#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/window_calibration.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/timeline/explanation.h"

namespace pidometer {

/// How the mean of an interval that has others like it was reckoned, and what can vary of it, a
/// step a line; empty where these steps do not lead to what was learnt (a wrap, work that comes
/// daily).
std::vector<std::string> mean_words(const DetectorInput& input, const IntervalGroups& groups,
                                    std::uint32_t interval);

/// The arithmetic of a pid_excess or pid_deficit, from the sums over its window to its level: every
/// quantity that goes into the score, with its formula.
std::vector<Quantity> score_steps(const DetectorInput& input, const Anomaly& anomaly);

/// From excess R, variance V and random mean M of a sum of `width` intervals to raw_score, shrink
/// and price.
std::vector<Quantity> tail_steps(const WindowCalibration& calibration,
                                 const WindowCalibration::Surprise& tails, std::size_t width);

/// How range_deviations() was reckoned from quantities with this prefix.
std::string range_words(const ExcessVariance& variance, const std::string& prefix);

/// From a score to how often chance makes such a one.
std::vector<Quantity> chance_steps(const WindowScan& scan, double score);

/// That of the other kinds, from the clock alone: what was counted, what was expected, and what the
/// verdict was told from.
std::vector<Quantity> kind_steps(const DetectorInput& input, const Anomaly& anomaly);

/// What bounds the level of a finding of any kind, whatever its score, and the level of its row.
std::vector<Quantity> level_steps(const DetectorInput& input, const Anomaly& anomaly);

}  // namespace pidometer
