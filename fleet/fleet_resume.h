#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fleet/fleet_folder.h"
#include "fleet/fleet_status.h"
#include "fleet/image_names.h"

namespace pidometer {

/// Takes over from an earlier run, of the image that has the name (image_names() gives it to no
/// other one), what is complete and can be verified: the same arguments, the
/// same version of the program, inputs of the same size and time, outputs of the same hash, with
/// a report where `reports`. An image without `files` is never taken over: of a folder nobody
/// knows whether it is the same. One whose files cannot be reached, and of which all else is
/// verified, is ImageState::unreachable. What is whole and does not hold any more stays in
/// `earlier` until there is better; of images that had failed or were not finished what was written
/// is removed, and what is not as the status says. Where that cannot be read it stays, and the
/// image is ImageState::failed: what holds is decided when it can be. What there is of images that
/// it does not name is removed too: without rows (untold_image()) that is what such an image left
/// which was not in the list of a run between. From where `interrupted` on nothing is decided and
/// nothing removed: results are `earlier` ones, as in undecided_images().
void resume_fleet(const FleetStatus& earlier, FleetStatus& now, bool reports,
                  const FleetFolder& folder, const FileHash& hash,
                  const std::function<bool()>& interrupted);

/// The images of an earlier run while it is not decided yet what of it holds: all wait, and results
/// are `earlier` ones, so that a run that is killed before it decides takes nothing away.
std::vector<FleetEntry> undecided_images(const FleetStatus& earlier);

/// The images of earlier runs of which there are results, or rows of a scan that was not finished.
/// Whose they are goes by more than a name: image_names().
std::vector<NamedImage> images_with_results(const FleetStatus& earlier, const FleetFolder& folder);

/// What earlier runs left of images that are not among `images`: their results stay, and are taken
/// over by a run that has them in its list again. An image that was not finished has rows that are
/// no result (`earlier` is empty): that run knows whose they are, and makes them anew.
std::vector<FleetEntry> unlisted_images(const FleetStatus& earlier,
                                        const std::vector<FleetEntry>& images,
                                        const FleetFolder& folder);

/// Of `images` the first of which there are rows that no status tells of; empty where there is
/// none. These cannot be verified, and may be all that is left of their evidence.
std::string untold_image(const FleetStatus& earlier, const std::vector<FleetEntry>& images,
                         const FleetFolder& folder);

/// `38 of 40 images are kept; scanned again: 1 for the arguments changed (--year), ...`; empty
/// where all are kept.
std::string kept_words(const FleetStatus& earlier, const FleetStatus& now);

}  // namespace pidometer
