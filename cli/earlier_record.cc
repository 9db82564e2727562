#include "cli/earlier_record.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "plugin/timeline/custody.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Empty where it is not there, or cannot be read: nobody vouches for a record.
std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether a name leads to a file below the folder: a record may be anybody's.
bool below(const fs::path& name) {
  return name.is_relative() && !name.empty() &&
         std::find(name.begin(), name.end(), "..") == name.end();
}

/// An interrupted extraction has none, and of one that ended early there may be no record.
std::set<std::string> files_of_sums(std::string_view bytes) {
  constexpr std::size_t kSumLetters = 64;
  std::set<std::string> files;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    const bool escaped = line.starts_with('\\');
    line.remove_prefix(escaped ? 1 : 0);
    if (line.size() < kSumLetters + 3) continue;
    line.remove_prefix(kSumLetters + 2);
    std::string path;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (escaped && line[i] == '\\') ++i;  // sum_line(): a newline is no part of a safe name
      if (i < line.size()) path += line[i];
    }
    files.insert(std::move(path));
  }
  return files;
}

}  // namespace

Result<void> EarlierRecord::retire() {
  if (retired_) return {};
  const fs::path folder = directory_;
  files_ = files_of_sums(bytes_of(folder / kSumsName));
  files_.merge(files_of_custody_json(bytes_of(folder / kCustodyJsonName)));
  for (const char* name : {kCustodyJsonName, kCustodyTextName, kSumsName}) {
    std::error_code failed;
    fs::remove(folder / name, failed);
    if (failed)
      return fail(ErrorKind::output, "cannot remove " + (folder / name).string(), failed.message(),
                  "it speaks of an earlier extraction; give another folder");
  }
  retired_ = true;
  return {};
}

std::vector<std::string> EarlierRecord::left(const std::set<std::string>& written) const {
  std::vector<std::string> left;
  for (const std::string& name : files_) {
    std::error_code ignored;
    if (below(name) && !written.contains(name) &&
        fs::exists(fs::symlink_status(fs::path(directory_) / name, ignored)))
      left.push_back(name);
  }
  return left;
}

}  // namespace pidometer
