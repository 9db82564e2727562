#include "tsk_reader/evidence/tree_reports.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace pidometer {
namespace {

std::string time_words(const std::optional<Timestamp>& time) {
  if (!time) return {};
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
  constexpr std::time_t kYear10000 = 253'402'300'800;  // what follows is no time of a computer
  if (seconds < 0 || seconds >= kYear10000) return {};
  return fmt::format(", made at {:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

}  // namespace

std::string describe_tree(const TreeRoot& root) {
  std::string words;
  if (root.name.empty())
    words = "top level of the filesystem";
  else if (!root.is_snapshot())
    words = fmt::format("subvolume {}", root.id);
  else
    words = fmt::format("snapshot of {}{}",
                        root.snapshot_of.empty() ? "the top level or of a subvolume that is gone"
                                                 : root.snapshot_of,
                        time_words(root.created));
  if (root.read_only) words += ", read-only";
  if (root.is_default) words += ", the default";
  return words;
}

std::size_t tree_depth(const TreeRoot& root) {
  if (root.name.empty()) return 0;
  return 1 + static_cast<std::size_t>(std::count(root.name.begin(), root.name.end(), '/'));
}

bool tree_contains(const TreeRoot& upper, const TreeRoot& lower) {
  if (upper.name.empty()) return !lower.name.empty();
  return lower.name.size() > upper.name.size() && lower.name.starts_with(upper.name) &&
         lower.name[upper.name.size()] == '/';
}

std::vector<std::string> folders_in_tree(std::span<const std::string_view> folders) {
  std::vector<std::string> out;
  const auto add = [&](std::string folder) {
    if (std::find(out.begin(), out.end(), folder) == out.end()) out.push_back(std::move(folder));
  };
  for (const std::string_view folder : folders) add(std::string(folder));
  for (const std::string_view folder : folders)
    for (std::size_t at = folder.find('/', 1); at != std::string_view::npos;
         at = folder.find('/', at + 1))
      add(std::string(folder.substr(at)));
  add("/");
  return out;
}

}  // namespace pidometer
