#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/host_simulator.h"

namespace pidometer::testing {

/// A quiet host that the calibration table is made with.
struct QuietHost {
  std::string name;
  HostPlan plan;  ///< without start, length and seed
};

/// Of several kinds, from constant to bursty, from a record an hour to several a minute.
std::vector<QuietHost> quiet_hosts();

}  // namespace pidometer::testing
