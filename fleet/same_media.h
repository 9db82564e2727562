#pragma once

#include <string>
#include <vector>

#include "fleet/fleet_folder.h"
#include "fleet/fleet_status.h"

namespace pidometer {

/// Images whose summaries have the same MD5 of a whole medium, stored by the acquisition or made by
/// --hash: their names, together, in the order of the list. Their findings stand in the timeline
/// once of each.
std::vector<std::vector<std::string>> same_media(const FleetFolder& folder,
                                                 const FleetStatus& status);

}  // namespace pidometer
