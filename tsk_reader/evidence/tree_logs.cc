#include "tsk_reader/evidence/tree_logs.h"

#include <algorithm>
#include <utility>

namespace pidometer {

void InputWarnings::add(Warning warning, const std::string& input, const std::string& volume) {
  warning.image = input;
  if (warning.volume.empty()) warning.volume = volume;
  const bool known = std::any_of(warnings_.begin(), warnings_.end(), [&](const Warning& old) {
    return old.message == warning.message && old.volume == warning.volume &&
           old.path == warning.path && old.range == warning.range;
  });
  if (!known) warnings_.push_back(std::move(warning));
}

std::vector<LogFolder> find_tree_logs(FileSystem& tree, const std::string& volume,
                                      std::span<const std::string_view> folders,
                                      std::span<const std::string_view> globs,
                                      const MakeLog& make_log, std::vector<Warning>& warnings,
                                      bool empty_too) {
  std::vector<LogFolder> out;
  std::vector<Warning> met;
  for (FoundFolder& found : find_log_files(tree, folders, globs, met, empty_too)) {
    LogFolder folder;
    folder.volume = volume;
    folder.path = found.path;
    for (const FoundFile& file : found.files) folder.files.push_back(make_log(file));
    out.push_back(std::move(folder));
  }
  const std::vector<Warning>& own = tree.warnings();
  for (Warning& warning : met) {
    const bool told = std::any_of(own.begin(), own.end(), [&](const Warning& other) {
      return !other.path.empty() && other.path == warning.path;
    });
    if (!told) warnings.push_back(std::move(warning));
  }
  warnings.insert(warnings.end(), own.begin(), own.end());
  return out;
}

}  // namespace pidometer
