#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/fleet_status_file.h"
#include "cli/options.h"
#include "fleet/fleet_folder.h"
#include "fleet/fleet_status.h"

namespace pidometer {

/// What is there of the earlier run of the folder.
struct Before {
  bool exists = false;                ///< a status file
  std::optional<std::string> bytes;   ///< of it, where they can be read
  std::optional<FleetStatus> status;  ///< where they are one
};

/// Errors: ErrorKind::usage where there is one and it is neither to be gone on with nor to be begun
/// anew, or where it cannot be read to go on with.
Result<Before> look_before(const FleetFolder& folder, const Options& options);

/// The folder until the run has decided that it will write there: one that is refused or
/// interrupted before leaves it as it was.
class Probation {
 public:
  /// All must outlive it; `before` may be set later.
  Probation(FleetFolder& folder, FleetStatusFile& file, const Before& before)
      : folder_(folder), file_(file), before_(before) {}
  Probation(const Probation&) = delete;
  Probation& operator=(const Probation&) = delete;
  ~Probation();

  /// Says in the status file that the run looks at its inputs; not in the place of a file that
  /// could not be put back.
  Result<void> announce(const FleetStatus& planning);
  bool announced() const { return written_; }
  void pass() { passed_ = true; }

 private:
  FleetFolder& folder_;
  FleetStatusFile& file_;
  const Before& before_;
  bool written_ = false;
  bool passed_ = false;
};

}  // namespace pidometer
