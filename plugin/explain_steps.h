#pragma once

#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/detectors.h"
#include "plugin/timeline/explanation.h"

namespace pidometer {

/// The arithmetic of a pid_excess or pid_deficit, from the sums over its window to its level: every
/// quantity that goes into the score, with its formula.
std::vector<Quantity> score_steps(const DetectorInput& input, const Anomaly& anomaly);

/// That of the other kinds, from the clock alone: what was counted, what was expected, and what the
/// verdict was told from.
std::vector<Quantity> kind_steps(const DetectorInput& input, const Anomaly& anomaly);

/// What bounds the level of a finding of any kind, whatever its score, and the level of its row.
std::vector<Quantity> level_steps(const DetectorInput& input, const Anomaly& anomaly);

}  // namespace pidometer
