#include "tsk_reader/container/ddrescue/find_maps.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/ddrescue/ddrescue_map.h"
#include "tsk_reader/container/raw_source.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Entries of a folder looked at.
constexpr std::size_t kMostEntries = 20'000;
/// A folder may hold thousands of logs; those that bear a map's name are opened.
constexpr std::size_t kMostOpened = 1'000;

/// Names under which ddrescue's map is kept. What is not among them can be given on the command
/// line.
bool may_be_a_map(const fs::path& path) {
  constexpr std::array kExtensions = {".map", ".mapfile", ".log", ".logfile", ".ddrescue", ".txt"};
  const std::string extension = path.extension().string();
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end() ||
         path.filename() == "mapfile" || path.filename() == "logfile";
}

bool says_nothing(std::string_view name) {
  constexpr std::array kNames = {"mapfile",     "logfile",      "map.map",      "ddrescue.map",
                                 "rescue.map",  "ddrescue.log", "rescue.log",   "mapfile.txt",
                                 "mapfile.map", "mapfile.log",  "ddrescue.txt", "image.ddrescue"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool named_after(const std::string& map, const std::string& image) {
  return map.size() > image.size() && map.starts_with(image) && map[image.size()] == '.';
}

/// Whether a word of ddrescue's command line is a path that ends in `name`.
bool command_names(std::string_view command, const std::string& name) {
  std::size_t at = 0;
  while ((at = command.find(name, at)) != std::string_view::npos) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || command[at - 1] == ' ' || command[at - 1] == '/' ||
                        command[at - 1] == '\'' || command[at - 1] == '"';
    const bool ends =
        end == command.size() || command[end] == ' ' || command[end] == '\'' || command[end] == '"';
    if (begins && ends) return true;
    at = end;
  }
  return false;
}

std::optional<DdrescueMaps::Map> read_map(const fs::path& path) {
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return std::nullopt;
  std::optional<DdrescueMap> map = read_ddrescue_map(**file, 0);
  if (!map) return std::nullopt;
  return DdrescueMaps::Map{path, std::move(map->command), map->end};
}

bool belongs(const DdrescueMaps::Map& map, const fs::path& image, std::uint64_t size) {
  const std::string name = map.path.filename().string();
  const std::optional<SplitPart> part = split_part(image);
  const fs::path whole = part ? fs::path(part->stem) : image.filename();
  if (named_after(name, whole.string()) || named_after(name, whole.stem().string())) return true;
  if (command_names(map.command, whole.string())) return true;
  return says_nothing(name) && map.end == size;
}

std::vector<DdrescueMaps::Map> maps_in(const fs::path& folder) {
  std::vector<DdrescueMaps::Map> maps;
  std::error_code error;
  fs::directory_iterator entries(folder.empty() ? fs::path(".") : folder, error);
  std::size_t opened = 0;
  for (std::size_t count = 0; !error && entries != fs::directory_iterator() && count < kMostEntries;
       entries.increment(error), ++count) {
    const fs::path path = folder / entries->path().filename();
    std::error_code ignored;
    if (!may_be_a_map(path) || !entries->is_regular_file(ignored) || ++opened > kMostOpened)
      continue;
    if (std::optional<DdrescueMaps::Map> map = read_map(path)) maps.push_back(std::move(*map));
  }
  return maps;
}

}  // namespace

bool map_belongs_to(const fs::path& map, const fs::path& image, std::uint64_t size) {
  const std::optional<DdrescueMaps::Map> read = read_map(map);
  return read && belongs(*read, image, size);
}

std::vector<fs::path> DdrescueMaps::of(const fs::path& image, std::uint64_t size) {
  const fs::path folder = image.parent_path();
  auto at = folders_.find(folder.string());
  if (at == folders_.end()) at = folders_.emplace(folder.string(), maps_in(folder)).first;
  std::vector<std::pair<bool, fs::path>> found;
  for (const Map& map : at->second)
    if (belongs(map, image, size)) found.emplace_back(map.end != size, map.path);
  std::sort(found.begin(), found.end());
  std::vector<fs::path> paths;
  paths.reserve(found.size());
  for (auto& [misfit, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::uint64_t bytes_of_segments(std::span<const fs::path> segments) {
  std::uint64_t bytes = 0;
  for (const fs::path& segment : segments)
    if (const Result<std::unique_ptr<OsFile>> file = OsFile::open(segment))
      bytes += (*file)->size();
  return bytes;
}

}  // namespace pidometer
