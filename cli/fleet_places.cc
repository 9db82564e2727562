#include "cli/fleet_places.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/output_names.h"
#include "cli/real_path.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// A fleet writes, replaces and removes files in its folder, by names that an input may have.
Result<void> check_no_input_inside(const Options& options, std::span<const fs::path> inputs) {
  const std::string& directory = options.directory;
  const std::array<fs::path, 2> written = {real_path(directory),
                                           real_path(fs::path(directory) / "images")};
  for (const fs::path& input : inputs)
    // Where a link leads and where it lies.
    for (const fs::path& folder :
         {real_path(input).parent_path(), real_path(fs::absolute(input).parent_path())})
      if (std::ranges::find(written, folder) != written.end())
        return fail(ErrorKind::usage,
                    "will not write to " + directory + ", which holds the input " + input.string(),
                    "files of a fleet are replaced and removed there",
                    "give a folder of its own, new or with the results of an earlier fleet");
  // Lists may lie in the folder itself, under names that are none of a fleet.
  for (const std::string& list : {options.known, options.case_file}) {
    if (list.empty()) continue;
    const fs::path real = real_path(list);
    if (real.parent_path() == written[1] || real == written[0] / "status.json" ||
        real == written[0] / "timeline.jsonl")
      return fail(ErrorKind::usage, "will not write to " + directory + ", which holds " + list,
                  "it has the name of a file that a fleet writes and removes there",
                  "move that list elsewhere, or give another folder");
  }
  return {};
}

}  // namespace

Result<void> check_places(const Options& options, std::span<const FleetImage> listed,
                          std::span<const InputGroup> groups) {
  Options all = options;
  for (const FleetImage& image : listed)
    all.inputs.insert(all.inputs.end(), image.segments.begin(), image.segments.end());
  if (Result<void> safe = check_output_names(all, groups); !safe) return safe;
  std::vector<fs::path> inputs(all.inputs.begin(), all.inputs.end());
  inputs.insert(inputs.end(), all.roots.begin(), all.roots.end());
  for (const InputGroup& group : groups)
    inputs.insert(inputs.end(), group.segments.begin(), group.segments.end());
  return check_no_input_inside(options, inputs);
}

}  // namespace pidometer
