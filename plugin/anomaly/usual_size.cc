#include "plugin/anomaly/usual_size.h"

#include <cstddef>

#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

constexpr double kLeastSpread = 0.1;
constexpr std::size_t kMostDegrees = 15;

}  // namespace

UsualSize usual_size(std::span<double> logs) {
  UsualSize usual;
  usual.middle = median_of(logs);
  for (double& log : logs) log = std::abs(log - usual.middle);
  usual.spread = std::max(kLeastSpread, median_of(logs) / kMadOfNormal);
  usual.degrees = static_cast<unsigned>(std::min(logs.size() - 1, kMostDegrees));
  return usual;
}

}  // namespace pidometer
