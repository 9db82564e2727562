#include "tsk_reader/evidence/tree_prefixes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace pidometer {
namespace {

using Node = ArchiveIndex::Node;

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    if (slash > at) parts.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return parts;
}

class PrefixFinder {
 public:
  PrefixFinder(const ArchiveIndex& index, const MemberFilter& filter)
      : index_(index), filter_(filter) {
    // What is looked for beside logs (`run`, `log/apt`) makes no host's tree.
    for (const std::string& folder : filter.folders())
      if (folder.ends_with("log")) folders_.push_back(components(folder));
    // The longest first: what is `var/log` of a tree is not `log` of its `var`.
    std::stable_sort(folders_.begin(), folders_.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }

  std::vector<TreePrefix> find() {
    for (Node node = 1; node < index_.size(); ++node) look_at(node);
    std::vector<TreePrefix> out;
    for (const Node node : whole_) out.push_back({node, index_.path(node), false});
    for (const Node node : short_)
      if (!whole_.contains(node) && !inside_a_tree(node))
        out.push_back({node, index_.path(node), false});
    if (out.empty())
      for (const Node node : loose_) out.push_back({node, index_.path(node), true});
    std::sort(out.begin(), out.end(),
              [](const TreePrefix& a, const TreePrefix& b) { return a.path < b.path; });
    return out;
  }

 private:
  bool is_folder(Node node) const { return index_.facts(node).kind == NodeKind::directory; }
  bool is_link(Node node) const { return index_.facts(node).kind == NodeKind::symlink; }

  void look_at(Node node) {
    if (is_folder(node)) return;
    const std::string_view name = index_.name(node);
    if (is_link(node)) take_link(node, name);
    if (index_.facts(node).kind == NodeKind::other || !filter_.name_matches(name)) return;
    loose_.insert(index_.parent(node));
    const Node holder = log_folder_of(index_.parent(node));
    for (const auto& folder : folders_) {
      const auto root = root_above(holder, folder, folder.size());
      if (!root) continue;
      (folder.size() > 1 ? whole_ : short_).insert(*root);
      return;
    }
  }

  /// Journals lie two folders deeper than other logs: journal/MACHINE-ID.
  Node log_folder_of(Node folder) const {
    const Node above = folder == ArchiveIndex::kRoot ? folder : index_.parent(folder);
    return above != ArchiveIndex::kRoot && index_.name(above) == "journal" ? index_.parent(above)
                                                                           : folder;
  }

  /// A link in the place of a log folder, or of what it lies in, below a folder with an etc.
  void take_link(Node node, std::string_view) {
    for (const auto& folder : folders_) {
      if (folder.size() < 2) continue;
      for (std::size_t depth = folder.size(); depth > 0; --depth) {
        const auto root = root_above(node, folder, depth);
        if (!root) continue;
        const auto etc = index_.child(*root, "etc");
        if (depth == folder.size() || (etc && is_folder(*etc))) whole_.insert(*root);
      }
    }
  }

  /// The folder above the first `depth` components of `folder`, of which `node` is the last.
  std::optional<Node> root_above(Node node, const std::vector<std::string_view>& folder,
                                 std::size_t depth) const {
    for (std::size_t i = depth; i-- > 0;) {
      if (node == ArchiveIndex::kRoot || index_.name(node) != folder[i]) return std::nullopt;
      node = index_.parent(node);
    }
    return node;
  }

  bool inside_a_tree(Node node) const {
    while (node != ArchiveIndex::kRoot) {
      node = index_.parent(node);
      const auto etc = index_.child(node, "etc");
      if (whole_.contains(node) || (etc && is_folder(*etc))) return true;
    }
    return false;
  }

  const ArchiveIndex& index_;
  const MemberFilter& filter_;
  std::vector<std::vector<std::string_view>> folders_;
  std::set<Node> whole_;  ///< have var/log
  std::set<Node> short_;  ///< have log
  std::set<Node> loose_;  ///< have files of a log's name
};

}  // namespace

std::vector<TreePrefix> find_tree_prefixes(const ArchiveIndex& index, const MemberFilter& filter) {
  return PrefixFinder(index, filter).find();
}

}  // namespace pidometer
