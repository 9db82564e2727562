#pragma once

#include <cstddef>
#include <string>

#include "cli/diagnostics.h"
#include "fleet/fleet_folder.h"
#include "fleet/fleet_status.h"
#include "fleet/same_media.h"
#include "plugin/plugin.h"

namespace pidometer {

/// What was written of images of other lists stays, and is no part of the timeline.
void say_what_is_left(const FleetFolder& folder, const FleetStatus& now, Diagnostics& diagnostics);

/// Says something of several images, and keeps it in the status.
void say_note(const std::string& text, FleetStatus& now, Diagnostics& diagnostics);
void say_warning(const std::string& text, FleetStatus& now, Diagnostics& diagnostics);

/// What the summaries of all images say that have one.
FactsOfImages facts_of_images(const FleetFolder& folder, const FleetStatus& now);

/// Which images are copies: their findings have the same ids, and are told twice in the timeline.
void say_copies(const FactsOfImages& facts, FleetStatus& now, Diagnostics& diagnostics);

/// Which images have the medium of one that an earlier run left results of and that is not in the
/// list: it was moved, or is a copy, and has a name apart.
void say_moved(const FleetFolder& folder, const FactsOfImages& facts, FleetStatus& now,
               Diagnostics& diagnostics);

/// Which images are read from by others of the list: both are of one host.
void say_overlays(FleetStatus& now, Diagnostics& diagnostics);

/// Which lines of known work are about hosts of which no image has a log: an image's own process
/// knows the others' hosts not.
void say_unused_known(const FactsOfImages& facts, const KnownWindows& known, FleetStatus& now,
                      Diagnostics& diagnostics);

/// How many warnings the images have that have results, a line a kind, and where they are told.
void say_warnings(const FleetFolder& folder, const FleetStatus& now, Diagnostics& diagnostics);

/// What became of one image, where it is not complete.
void say_end(const FleetEntry& entry, Diagnostics& diagnostics);

/// `kept`: complete ones of an earlier run.
std::string closing_line(const FleetStatus& status, std::size_t kept, double seconds);

}  // namespace pidometer
