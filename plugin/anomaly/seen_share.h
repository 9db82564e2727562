#pragma once

namespace pidometer {

/// How often something was seen before: what it leaves of a score is -log10(seen / of).
struct SeenShare {
  double seen = 0;
  double of = 0;  ///< 0: it explains nothing
};

}  // namespace pidometer
