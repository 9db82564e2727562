#include "plugin/anomaly/explanations.h"

#include <algorithm>

namespace pidometer {

double Explanations::explained(const Window& window) {
  return std::min({spill_.explained(window), habit_.explained(window), bursts_.explained(window)});
}

}  // namespace pidometer
