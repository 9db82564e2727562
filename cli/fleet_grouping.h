#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/fleet_plan.h"
#include "cli/options.h"
#include "fleet/case_file.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// The same for the same file, by whatever name.
std::string key_of(const std::string& path);

/// Its segments, and the maps beside them.
std::vector<std::filesystem::path> files_of(const InputGroup& group);

/// One image a group, in the order of the command line. What is in none (a copy of segments that
/// are read elsewhere, a file that cannot be read) is grouped without the others, and at last is an
/// image by itself, whose scan says why it is none: a fleet accounts for each path. Errors: inputs
/// cannot be looked at at all; segments would be taken for images then.
Result<std::vector<FleetImage>> given_images(const Options& options, FleetPlan& plan);

}  // namespace pidometer
