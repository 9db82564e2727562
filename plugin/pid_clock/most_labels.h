#pragma once

#include <cstddef>

namespace pidometer {

/// Labels of a tick: more than the jobs that any crontab starts in one minute. A forged log of more
/// is cut into ticks, so that the search through a tick's labels stays short, and what is joined to
/// a tick beyond them is not kept.
inline constexpr std::size_t kMostLabels = 2048;

}  // namespace pidometer
