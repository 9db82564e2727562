#pragma once

#include <span>

#include "base/result.h"
#include "cli/options.h"
#include "fleet/case_file.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Whether the run may write where it is to, by what is given and listed: before anything is
/// written.
Result<void> check_places(const Options& options, std::span<const FleetImage> listed);

/// The same by the files that turned out to belong to that: segments and maps that nobody named.
Result<void> check_found_files(const Options& options, std::span<const FleetImage> listed,
                               std::span<const InputGroup> groups);

}  // namespace pidometer
