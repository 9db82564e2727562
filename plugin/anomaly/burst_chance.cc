#include "plugin/anomaly/burst_chance.h"

#include <algorithm>
#include <cmath>

namespace pidometer {
namespace {

// An upgrade of a whole system, or a kernel's build, which are the largest that a host is known to
// do by itself within minutes.
constexpr double kLargestBurst = 10'000;

}  // namespace

double burst_chance(double spent, double jobs, double noise) {
  const double near = std::max({1.0, noise, std::abs(spent - jobs)});
  if (near >= jobs) return 1;
  return std::min(1.0, std::log((jobs + near) / (jobs - near)) / std::log(kLargestBurst));
}

}  // namespace pidometer
