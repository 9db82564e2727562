#include "tsk_reader/file_system/path_resolver.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace pidometer {
namespace {

/// Symlink targets multiply components: 40 links of 4096 bytes have at most this many.
constexpr std::size_t kMostComponents = 40 * 4096;

struct Place {
  FileNode node;
  std::string name;
};

/// Pushes the components of `path` so that the first is on top.
void push_components(std::string_view path, std::vector<std::string>& pending) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    if (slash > at) parts.emplace_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  pending.insert(pending.end(), parts.rbegin(), parts.rend());
}

std::string path_of(const std::vector<Place>& places) {
  std::string path;
  for (std::size_t i = 1; i < places.size(); ++i) path += "/" + places[i].name;
  return path.empty() ? "/" : path;
}

}  // namespace

Result<ResolvedPath> resolve_path(FileSystem& file_system, std::string_view path) {
  const auto root = file_system.stat(file_system.root());
  if (!root) return tl::unexpected(root.error());
  std::vector<Place> places{{*root, ""}};
  std::vector<std::string> pending;
  push_components(path, pending);
  int links = 0;
  ResolvedPath out;
  std::string last_link;
  for (std::size_t steps = 0; !pending.empty(); ++steps) {
    if (steps > kMostComponents)
      return fail(ErrorKind::unreadable, fmt::format("{} is too long a path", path));
    const std::string name = std::move(pending.back());
    pending.pop_back();
    if (name == ".") continue;
    if (name == "..") {
      if (places.size() > 1) places.pop_back();
      continue;
    }
    if (places.back().node.kind != NodeKind::directory)
      return fail(ErrorKind::unreadable, fmt::format("{} cannot be followed", path),
                  fmt::format("{} is no directory", path_of(places)));
    const auto inode = file_system.lookup(places.back().node.inode, name);
    if (!inode) return tl::unexpected(inode.error());
    if (!*inode) {
      out.real_path = path_of(places);
      out.broken_link = last_link;
      return out;
    }
    const auto node = file_system.stat(**inode);
    if (!node) return tl::unexpected(node.error());
    if (node->kind != NodeKind::symlink) {
      places.push_back({*node, name});
      continue;
    }
    if (++links > kMostSymlinks)
      return fail(ErrorKind::unreadable,
                  fmt::format("{} leads through too many symbolic links", path),
                  fmt::format("the last is {}", last_link));
    const auto target = file_system.read_link(**inode);
    if (!target) return tl::unexpected(target.error());
    const std::string base = path_of(places);
    last_link = fmt::format("{}{}{} -> {}", base, base == "/" ? "" : "/", name, *target);
    if (target->starts_with('/')) places.resize(1);
    push_components(*target, pending);
  }
  out.node = places.back().node;
  out.real_path = path_of(places);
  return out;
}

}  // namespace pidometer
