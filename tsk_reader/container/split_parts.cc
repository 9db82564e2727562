#include "tsk_reader/container/split_parts.h"

#include <cstddef>
#include <optional>
#include <system_error>

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Entries of a folder looked at.
constexpr std::size_t kMostEntries = 20'000;

std::map<std::string, SplitParts::Parts> list(const fs::path& folder) {
  std::map<std::string, SplitParts::Parts> found;
  std::error_code error;
  fs::directory_iterator entries(folder.empty() ? fs::path(".") : folder, error);
  for (std::size_t count = 0; !error && entries != fs::directory_iterator() && count < kMostEntries;
       entries.increment(error), ++count) {
    const fs::path name = entries->path().filename();
    const std::optional<SplitPart> part = split_part(name);
    std::error_code ignored;
    if (part && entries->is_regular_file(ignored))
      found[part->stem].emplace(part->number, folder / name);
  }
  return found;
}

}  // namespace

const SplitParts::Parts& SplitParts::of(const fs::path& path, const SplitPart& part) {
  const fs::path folder = path.parent_path();
  auto at = folders_.find(folder.string());
  if (at == folders_.end()) at = folders_.emplace(folder.string(), list(folder)).first;
  Parts& parts = at->second[part.stem];
  parts.insert_or_assign(part.number, path);
  return parts;
}

}  // namespace pidometer
