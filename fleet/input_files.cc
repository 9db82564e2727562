#include "fleet/input_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

using Json = nlohmann::json;

/// Of all inputs of a summary, as the file system has their names; nothing where it is none.
std::optional<std::vector<std::string>> segments_of(const std::string& summary) {
  std::ifstream file(summary, std::ios::binary);
  const Json json = Json::parse(file, nullptr, false);
  std::vector<std::string> segments;
  if (!json.is_object() || !json.contains("inputs") || !json["inputs"].is_array()) return {};
  for (const Json& input : json["inputs"]) {
    if (!input.is_object() || !input.contains("segments") || !input["segments"].is_array())
      return {};
    for (const Json& segment : input["segments"]) {
      if (!segment.is_string()) return {};
      segments.push_back(unescape_bytes(segment.get<std::string>()));
    }
  }
  return segments;
}

}  // namespace

std::string input_path(const std::filesystem::path& path) {
  std::error_code ignored;
  return escape_bytes(std::filesystem::absolute(path, ignored).lexically_normal().string());
}

std::optional<InputFile> look_at_file(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return InputFile{input_path(path), static_cast<std::uint64_t>(info.st_size),
                   std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

bool add_files_of_summary(const std::string& summary, std::vector<InputFile>& files) {
  const std::optional<std::vector<std::string>> segments = segments_of(summary);
  if (!segments) return false;
  for (const std::string& segment : *segments) {
    if (std::ranges::find(files, input_path(segment), &InputFile::path) != files.end()) continue;
    std::optional<InputFile> file = look_at_file(segment);
    if (!file) return false;
    files.push_back(std::move(*file));
  }
  return true;
}

}  // namespace pidometer
