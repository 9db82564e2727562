#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pidometer {

/// One item of a fleet: what is scanned together, and what the examiner says of it. Empty: not
/// said.
struct FleetImage {
  /// Paths of one image's segments, or of the several disks of one host.
  std::vector<std::string> segments;
  std::string case_id = {};
  std::string evidence_id = {};
  std::string hostname = {};
  std::string timezone = {};
  std::optional<int> year = {};
  bool root = false;  ///< the one segment is the root folder of a system
};

/// Reads the list of --case (docs/fleets.md): a JSON object with `images`, an array of objects, or
/// that array alone; or CSV with a head (RFC 4180). `name` is the file's, for messages; `folder`
/// that which relative paths are relative to. Errors: ErrorKind::usage, with file, entry and
/// remedy: an image that is silently left out would be one without findings.
Result<std::vector<FleetImage>> read_case_list(std::string_view bytes, const std::string& name,
                                               const std::filesystem::path& folder);

}  // namespace pidometer
