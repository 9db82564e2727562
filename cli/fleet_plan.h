#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "fleet/case_file.h"
#include "fleet/fleet_run.h"
#include "fleet/fleet_status.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// What -d is to do: `status.images` and `work` are parallel.
struct FleetPlan {
  FleetStatus status;
  std::vector<FleetWork> work;
  std::vector<InputGroup> groups;  ///< of all inputs, as far as they are any
  std::vector<std::string> notes;
};

/// The images of the command line, or of the list of --case; the files that each is made of are
/// looked at. Errors: ErrorKind::usage, of options that do not go together or of the list; of the
/// system where no input can be looked at.
Result<FleetPlan> plan_fleet(const Options& options);

}  // namespace pidometer
