#include "cli/fleet_places.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "cli/output_names.h"
#include "cli/real_path.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// As it is said where there is no working folder any more.
fs::path absolute_path(const fs::path& path) {
  std::error_code error;
  fs::path whole = fs::absolute(path, error);
  return error ? path : whole;
}

/// A fleet writes, replaces and removes files in its folder, by names that an input may have.
Result<void> check_no_input_inside(const Options& options, std::span<const fs::path> inputs) {
  const std::string& directory = options.directory;
  const std::array<fs::path, 2> written = {real_path(directory),
                                           real_path(fs::path(directory) / "images")};
  for (const fs::path& input : inputs)
    // Where a link leads and where it lies.
    for (const fs::path& folder :
         {real_path(input).parent_path(), real_path(absolute_path(input).parent_path())})
      if (std::ranges::find(written, folder) != written.end())
        return fail(ErrorKind::usage,
                    "will not write to " + directory + ", which holds the input " + input.string(),
                    "files of a fleet are replaced and removed there",
                    "give a folder of its own, new or with the results of an earlier fleet");
  return {};
}

/// Lists may lie in the folder itself, under names that are none of a fleet.
Result<void> check_no_list_inside(const Options& options) {
  const std::string& directory = options.directory;
  const fs::path folder = real_path(directory);
  for (const std::string& list : {options.known, options.case_file}) {
    if (list.empty()) continue;
    const fs::path real = real_path(list);
    if (real.parent_path() == real_path(fs::path(directory) / "images") ||
        real == folder / "status.json" || real == folder / "timeline.jsonl")
      return fail(ErrorKind::usage, "will not write to " + directory + ", which holds " + list,
                  "it has the name of a file that a fleet writes and removes there",
                  "move that list elsewhere, or give another folder");
  }
  return {};
}

}  // namespace

Result<void> check_places(const Options& options, std::span<const FleetImage> listed) {
  Options all = options;
  for (const FleetImage& image : listed)
    all.inputs.insert(all.inputs.end(), image.segments.begin(), image.segments.end());
  if (Result<void> safe = check_output_names(all, {}); !safe) return safe;
  std::vector<fs::path> inputs(all.inputs.begin(), all.inputs.end());
  inputs.insert(inputs.end(), all.roots.begin(), all.roots.end());
  if (Result<void> safe = check_no_list_inside(options); !safe) return safe;
  return check_no_input_inside(options, inputs);
}

Result<void> check_found_files(const Options& options, std::span<const FleetImage> listed,
                               std::span<const InputGroup> groups) {
  std::set<fs::path> given(options.inputs.begin(), options.inputs.end());
  given.insert(options.roots.begin(), options.roots.end());
  for (const FleetImage& image : listed) given.insert(image.segments.begin(), image.segments.end());
  InputGroup found;
  for (const InputGroup& group : groups)
    for (const auto* const files : {&group.segments, &group.maps})
      for (const fs::path& file : *files)
        if (given.insert(file).second) found.segments.push_back(file);
  Options others = options;
  others.inputs.clear();
  others.roots.clear();
  if (Result<void> safe = check_output_names(others, {&found, 1}); !safe) return safe;
  return check_no_input_inside(options, found.segments);
}

}  // namespace pidometer
