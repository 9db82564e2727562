#include "cli/output_names.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/real_path.h"

namespace pidometer {

Result<void> check_output_names(const Options& options, std::span<const InputGroup> groups) {
  namespace fs = std::filesystem;
  for (const auto& [name, flag] :
       {std::pair(&options.summary, "--summary"), std::pair(&options.report, "--report"),
        std::pair(&options.left_out, "--left-out")})
    if (*name == "-")
      return fail(ErrorKind::usage,
                  std::string("will not write to standard output what ") + flag + " asks for",
                  "rows are written there", std::string("give ") + flag + " the name of a file");
  std::vector<std::string> names;
  for (const std::string& name :
       {options.output, options.summary, options.report, options.left_out})
    if (!name.empty() && name != "-") names.push_back(name);
  // The inputs as given too, not only those that turned out to be evidence: what cannot be read
  // today may be read tomorrow. Siblings that a group found by itself are in no argument.
  std::vector<fs::path> inputs(options.inputs.begin(), options.inputs.end());
  inputs.insert(inputs.end(), options.roots.begin(), options.roots.end());
  for (const InputGroup& group : groups)
    inputs.insert(inputs.end(), group.segments.begin(), group.segments.end());
  std::vector<std::string> targets = names;
  if (!options.directory.empty()) targets.push_back(options.directory);
  std::error_code ignored;
  for (const std::string& name : targets) {
    const fs::path target = real_path(name);
    for (const fs::path& input : inputs) {
      const fs::path evidence = real_path(input);
      const bool inside =
          !evidence.empty() &&
          std::mismatch(evidence.begin(), evidence.end(), target.begin(), target.end()).first ==
              evidence.end();
      if (inside || fs::equivalent(name, input, ignored))
        return fail(ErrorKind::usage, "will not write to " + name,
                    evidence == target ? "it is one of the inputs"
                                       : "it lies in the input " + input.string(),
                    "evidence is never written; give another name");
    }
  }
  for (const auto& [list, flag] :
       {std::pair(&options.known, "--known"), std::pair(&options.case_file, "--case")})
    for (const std::string& name : names)
      if (!list->empty() &&
          (real_path(name) == real_path(*list) || fs::equivalent(name, *list, ignored)))
        return fail(ErrorKind::usage, "will not write to " + name,
                    std::string("it is the list of ") + flag, "give another name");
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (real_path(names[i]) == real_path(names[k]) && !fs::is_character_file(names[i], ignored))
        return fail(ErrorKind::usage, "two outputs cannot both go to " + names[i], {},
                    "give one of them another name");
  return {};
}

}  // namespace pidometer
