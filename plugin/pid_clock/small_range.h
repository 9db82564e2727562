#pragma once

#include <optional>
#include <vector>

#include "base/pid.h"
#include "plugin/pid_clock/reading.h"

namespace pidometer {

/// pid_max where it is smaller than the kernel's usual default (4096 where the kernel was built
/// with CONFIG_BASE_SMALL; or set by hand), by the falls alone: three of four of them, and five at
/// least, lead from right below one multiple of 1024 to right above 300, by no more and no less
/// than the host spends in that time. A host that boots at night falls from anywhere. Nothing where
/// the falls do not say so.
std::optional<Pid> find_small_pid_max(const std::vector<Reading>& readings);

}  // namespace pidometer
