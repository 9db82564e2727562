#include "cli/output_names.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/real_path.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Of files that the run writes.
std::vector<std::string> names_of(const Options& options) {
  std::vector<std::string> names;
  for (const std::string& name :
       {options.output, options.summary, options.report, options.left_out})
    if (!name.empty() && name != "-") names.push_back(name);
  return names;
}

Result<void> refuse_evidence(std::span<const std::string> targets,
                             std::span<const fs::path> inputs) {
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
  return {};
}

/// What is replaced is an earlier output: text, which holds no NUL. Which files a disk is made of
/// is known when it was opened, if it can be: the disk below a qcow2, the extents of a VMDK.
Result<void> refuse_bytes(std::span<const std::string> names) {
  constexpr std::size_t kLooked = 65536;
  std::error_code ignored;
  std::string head(kLooked, '\0');
  for (const std::string& name : names) {
    if (!fs::is_regular_file(name, ignored)) continue;
    std::ifstream file(name, std::ios::binary);
    file.read(head.data(), kLooked);
    const auto end = head.begin() + file.gcount();
    if (std::find(head.begin(), end, '\0') != end)
      return fail(ErrorKind::usage, "will not write to " + name,
                  "what is there is no text, and no output of pidometer's",
                  "evidence is never written; give another name, or remove the file yourself");
  }
  return {};
}

}  // namespace

Result<void> check_output_names(const Options& options, std::span<const InputGroup> groups) {
  for (const auto& [name, flag] :
       {std::pair(&options.summary, "--summary"), std::pair(&options.report, "--report"),
        std::pair(&options.left_out, "--left-out")})
    if (*name == "-")
      return fail(ErrorKind::usage,
                  std::string("will not write to standard output what ") + flag + " asks for",
                  "rows are written there", std::string("give ") + flag + " the name of a file");
  const std::vector<std::string> names = names_of(options);
  // The inputs as given too, not only those that turned out to be evidence: what cannot be read
  // today may be read tomorrow. Siblings that a group found by itself are in no argument.
  std::vector<fs::path> inputs(options.inputs.begin(), options.inputs.end());
  inputs.insert(inputs.end(), options.roots.begin(), options.roots.end());
  for (const InputGroup& group : groups)
    for (const auto* const files : {&group.segments, &group.maps})
      inputs.insert(inputs.end(), files->begin(), files->end());
  std::vector<std::string> targets = names;
  if (!options.directory.empty()) targets.push_back(options.directory);
  if (Result<void> safe = refuse_evidence(targets, inputs); !safe) return safe;
  if (Result<void> safe = refuse_bytes(names); !safe) return safe;
  std::error_code ignored;
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

Result<void> check_opened_files(const Options& options, const RunSummary& summary) {
  std::vector<fs::path> inputs;
  for (const SummaryInput& input : summary.inputs)
    inputs.insert(inputs.end(), input.segments.begin(), input.segments.end());
  return refuse_evidence(names_of(options), inputs);
}

}  // namespace pidometer
