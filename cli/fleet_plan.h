#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "fleet/case_file.h"
#include "fleet/fleet_run.h"
#include "fleet/fleet_status.h"
#include "fleet/image_names.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// What -d is to do: `images` and `work` are parallel.
struct FleetPlan {
  std::vector<FleetEntry> images;
  std::vector<FleetWork> work;
  std::vector<InputGroup> groups;  ///< of all inputs, as far as they are any
  std::vector<std::string> notes;
  std::vector<std::string> warnings;
};

/// The list of --case.
struct CaseList {
  std::vector<FleetImage> images;
  std::string sha256;  ///< of its bytes, as they were read
};

/// Empty where --case is not given. No input is looked at yet. Errors: ErrorKind::usage, of the
/// list or of options that do not go together.
Result<CaseList> listed_images(const Options& options);

/// The images of that list, or of the command line; the files that each is made of are looked at.
/// `earlier` ones have their names in the folder already. Errors: ErrorKind::usage, of the list; of
/// the system where no input can be looked at.
Result<FleetPlan> plan_fleet(const Options& options, std::vector<FleetImage> listed,
                             std::span<const NamedImage> earlier);

}  // namespace pidometer
