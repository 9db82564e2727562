#include "cli/fleet_before.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/output_file.h"
#include "cli/small_file.h"

namespace pidometer {

namespace fs = std::filesystem;

Result<Before> look_before(const FleetFolder& folder, const Options& options) {
  std::error_code ignored;
  const std::string name = folder.status_file();
  Before before;
  before.exists = fs::exists(fs::symlink_status(name, ignored));
  if (!before.exists) return before;
  if (!options.resume && !options.force)
    return fail(ErrorKind::usage, options.directory + " has the results of an earlier fleet",
                name + " is there",
                "add --resume to go on with it, --force to begin anew, or give another folder");
  if (options.force && !fs::is_regular_file(name, ignored)) return before;
  // Some KB for each of the most images that a --case list may have.
  constexpr std::size_t kMostStatusMb = 1024;
  Result<std::string> bytes =
      read_small_file(name, "--resume", "add --force to begin anew", kMostStatusMb);
  if (!bytes && options.resume) return tl::unexpected(bytes.error());
  if (!bytes) return before;
  Result<FleetStatus> status = read_fleet_status(*bytes, name);
  if (!status && options.resume) return tl::unexpected(status.error());
  before.bytes = std::move(*bytes);
  if (status) before.status = std::move(*status);
  return before;
}

Probation::~Probation() {
  if (passed_) return;
  file_.release();
  std::error_code ignored;
  if (written_ && before_.bytes)
    (void)write_whole_file(folder_.status_file(), true, *before_.bytes);
  else if (written_)
    fs::remove(folder_.status_file(), ignored);
  folder_.undo();
}

Result<void> Probation::announce(const FleetStatus& planning) {
  if (before_.exists && !before_.bytes) return {};
  written_ = true;
  return file_.write(planning);
}

}  // namespace pidometer
