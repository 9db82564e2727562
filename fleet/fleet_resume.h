#pragma once

#include <string>
#include <vector>

#include "fleet/fleet_folder.h"
#include "fleet/fleet_status.h"

namespace pidometer {

/// Takes over from an earlier run what is complete and can be verified: the same arguments, the
/// same version of the program, inputs of the same size and time, outputs of the same hash, with
/// a report where `reports`. An image without `files` is never taken over: of a folder nobody
/// knows whether it is the same. One whose files cannot be reached, and of which all else is
/// verified, is ImageState::unreachable. What is whole and does not hold any more stays in
/// `earlier` until there is better; of all others what was written is removed.
void resume_fleet(const FleetStatus& earlier, FleetStatus& now, bool reports,
                  const FleetFolder& folder, const FileHash& hash);

/// The images of an earlier run while it is not decided yet what of it holds: all wait, and results
/// are `earlier` ones, so that a run that is killed before it decides takes nothing away.
std::vector<FleetEntry> undecided_images(const FleetStatus& earlier);

/// `38 of 40 images are kept; scanned again: 1 for the arguments changed (--year), ...`; empty
/// where all are kept.
std::string kept_words(const FleetStatus& earlier, const FleetStatus& now);

}  // namespace pidometer
