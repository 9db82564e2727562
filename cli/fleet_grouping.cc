#include "cli/fleet_grouping.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "cli/input_reports.h"
#include "cli/real_path.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

FleetImage image_of(const InputGroup& group) {
  FleetImage image;
  for (const fs::path& file : files_of(group)) image.segments.push_back(file.string());
  image.root = group.kind == InputKind::root;
  return image;
}

/// The disk above each group of a call, by the group's name: the first given one that reads from a
/// file of it. Null where none does.
using DisksAbove = std::map<std::string, const LowerFile*>;

DisksAbove disks_above(const GroupedInputs& grouped) {
  std::map<std::string, std::vector<const LowerFile*>> readers;
  for (const LowerFile& one : grouped.lower) readers[key_of(one.file.string())].push_back(&one);
  DisksAbove above;
  for (const InputGroup& group : grouped.groups) {
    const LowerFile*& reader = above[group.name];
    if (readers.empty()) continue;
    for (const fs::path& segment : group.segments) {
      const auto at = readers.find(key_of(segment.string()));
      if (reader != nullptr || at == readers.end()) continue;
      const auto other = std::ranges::find_if(
          at->second, [&](const LowerFile* one) { return one->disk != group.name; });
      if (other != at->second.end()) reader = *other;
    }
  }
  return above;
}

/// The disk as a part of which a group is read; null where there is none. Disks that name one
/// another have no uppermost one that would be read: each stays an image of its own.
const LowerFile* read_with(const DisksAbove& above, const std::string& name) {
  const auto of = [&above](const std::string& disk) {
    const auto at = above.find(disk);
    return at == above.end() ? nullptr : at->second;
  };
  const LowerFile* const first = of(name);
  std::size_t steps = 0;
  for (const LowerFile* at = first; at != nullptr; at = of(at->disk))
    if (++steps > above.size()) return nullptr;
  return first;
}

/// One file by two names, links among them: it is read once.
void tell_repeated(const Options& options, FleetPlan& plan) {
  std::map<std::string, std::string> first;
  for (const auto* const paths : {&options.inputs, &options.roots})
    for (const std::string& path : *paths) {
      const auto [at, added] = first.try_emplace(key_of(path), path);
      if (added) continue;
      plan.warnings.push_back(
          at->second == path
              ? path + " is given twice and read once"
              : fmt::format("{} is given already, as {}, and read once", path, at->second));
    }
}

/// Whether every file of a group was found, and nothing is said against it.
bool is_sound(const GroupedInputs& grouped) {
  return grouped.errors.empty() && std::ranges::all_of(grouped.groups, [](const auto& group) {
           return group.warnings.empty();
         });
}

/// What one call of the grouping leaves are copies of what it took, mostly, and of copies of one
/// medium each call takes one. Those are grouped by themselves: files of one folder whose names
/// differ in the suffix only. What is not sound then stays for a call over all that is left.
GroupedInputs group_copies(const Options& rest) {
  std::map<std::string, std::vector<std::string>> sets;
  for (const std::string& path : rest.inputs) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    sets[fs::path(path).replace_extension().string()].push_back(path);
  }
  GroupedInputs sound;
  if (sets.size() < 2) return sound;
  Options set = rest;
  set.roots.clear();
  for (auto& [name, paths] : sets) {
    set.inputs = std::move(paths);
    GroupedInputs grouped = group_given(set);
    if (!is_sound(grouped)) continue;
    std::move(grouped.groups.begin(), grouped.groups.end(), std::back_inserter(sound.groups));
    std::move(grouped.lower.begin(), grouped.lower.end(), std::back_inserter(sound.lower));
    std::move(grouped.parts.begin(), grouped.parts.end(), std::back_inserter(sound.parts));
    std::move(grouped.notes.begin(), grouped.notes.end(), std::back_inserter(sound.notes));
  }
  return sound;
}

}  // namespace

std::string key_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return fmt::format("{}:{}", info.st_dev, info.st_ino);
  return real_path(path).string();
}

std::vector<std::filesystem::path> files_of(const InputGroup& group) {
  std::vector<std::filesystem::path> files = group.segments;
  files.insert(files.end(), group.maps.begin(), group.maps.end());
  return files;
}

Result<std::vector<FleetImage>> given_images(const Options& options, FleetPlan& plan) {
  std::vector<FleetImage> images;
  std::set<std::string> covered;
  const auto is_covered = [&](const std::string& path) { return covered.contains(key_of(path)); };
  Options rest = options;
  tell_repeated(options, plan);
  const auto take = [&](GroupedInputs& grouped) {
    const DisksAbove above_of = disks_above(grouped);
    for (InputGroup& group : grouped.groups) {
      const std::size_t before = covered.size();
      for (const fs::path& file : files_of(group)) covered.insert(key_of(file.string()));
      // In the place of a damaged copy its better original may have been found once more.
      if (covered.size() == before) continue;
      if (const LowerFile* const above = read_with(above_of, group.name)) {
        plan.warnings.push_back(fmt::format(
            "{} is the image below {}, and read as a part of it: one host is not counted twice; "
            "to have it scanned as it was before too, give both in a case file",
            group.name, above->disk));
        continue;
      }
      images.push_back(image_of(group));
      plan.groups.push_back(std::move(group));
    }
    for (const std::string& part : grouped.parts) covered.insert(key_of(part));
    plan.notes.insert(plan.notes.end(), grouped.notes.begin(), grouped.notes.end());
    return std::erase_if(rest.inputs, is_covered) + std::erase_if(rest.roots, is_covered) > 0;
  };
  for (bool first = true; !rest.inputs.empty() || !rest.roots.empty(); first = false) {
    GroupedInputs grouped = group_given(rest);
    if (grouped.groups.empty() && !grouped.errors.empty() &&
        grouped.errors.size() < rest.inputs.size() + rest.roots.size())
      return tl::unexpected(grouped.errors.back());
    if (!take(grouped)) break;
    if (!first) continue;
    GroupedInputs copies = group_copies(rest);
    take(copies);
  }
  for (const auto* const paths : {&rest.inputs, &rest.roots})
    for (const std::string& path : *paths)
      if (covered.insert(key_of(path)).second)
        images.push_back({.segments = {path}, .root = paths == &rest.roots});
  std::map<std::string, std::size_t> order;
  for (const auto* const paths : {&options.inputs, &options.roots})
    for (const std::string& path : *paths) order.try_emplace(key_of(path), order.size());
  std::vector<std::pair<std::size_t, FleetImage>> placed;
  for (FleetImage& image : images) {
    std::size_t first = order.size();
    for (const std::string& segment : image.segments)
      if (const auto at = order.find(key_of(segment)); at != order.end())
        first = std::min(first, at->second);
    placed.emplace_back(first, std::move(image));
  }
  std::ranges::stable_sort(placed, {}, &std::pair<std::size_t, FleetImage>::first);
  images.clear();
  for (auto& [first, image] : placed) images.push_back(std::move(image));
  return images;
}

}  // namespace pidometer
