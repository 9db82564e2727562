#pragma once

#include "base/result.h"
#include "cli/diagnostics.h"
#include "fleet/fleet_folder.h"
#include "fleet/fleet_status.h"

namespace pidometer {

/// Joins the rows of all images that have any, in the order of the list, into the fleet's timeline:
/// what `pidometer merge` makes of them. An interrupt is an error, and leaves none; so is a file of
/// rows that is not what the status says, or cannot be read.
Result<void> write_fleet_timeline(const FleetFolder& folder, FleetStatus& status,
                                  Diagnostics& diagnostics);

}  // namespace pidometer
