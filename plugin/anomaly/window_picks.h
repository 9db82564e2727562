#pragma once

#include <vector>

#include "plugin/anomaly/window_scan.h"

namespace pidometer {

/// A window that was chosen, and the shortest stretch in it that holds most of its excess.
struct Pick {
  Window window;
  Window stretch;  ///< its score is the window's
};

/// Chooses among windows that overlap: strong single intervals first, so that no wide window
/// swallows its neighbours; then the most surprising. In order of time.
std::vector<Pick> pick_windows(const WindowScan& scan, std::vector<Window> candidates,
                               std::size_t intervals);

}  // namespace pidometer
