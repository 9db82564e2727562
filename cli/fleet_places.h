#pragma once

#include <span>

#include "base/result.h"
#include "cli/options.h"
#include "fleet/case_file.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Whether the run may write where it is to: before anything is, by what is given and listed, and
/// again by all files that turned out to belong to that.
Result<void> check_places(const Options& options, std::span<const FleetImage> listed,
                          std::span<const InputGroup> groups);

}  // namespace pidometer
