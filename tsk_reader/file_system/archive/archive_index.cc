#include "tsk_reader/file_system/archive/archive_index.h"

#include <algorithm>
#include <functional>

#include "tsk_reader/file_system/path_resolver.h"

namespace pidometer {

ArchiveIndex::ArchiveIndex() : table_(1024, Hash{this}, Equal{this}) {
  nodes_.emplace_back().facts.kind = NodeKind::directory;
}

std::size_t ArchiveIndex::Hash::operator()(const Key& key) const {
  // The folder's number spread over the word (Knuth's multiplicative hashing).
  return std::hash<std::string_view>{}(key.name) ^ (key.parent * std::size_t{0x9E3779B97F4A7C15});
}

std::size_t ArchiveIndex::Hash::operator()(Node node) const {
  return (*this)(Key{index->nodes_[node].parent, index->name(node)});
}

bool ArchiveIndex::Equal::operator()(const Key& key, Node node) const {
  return index->nodes_[node].parent == key.parent && index->name(node) == key.name;
}

std::string_view ArchiveIndex::name(Node node) const {
  const Entry& entry = nodes_[node];
  return std::string_view(names_).substr(static_cast<std::size_t>(entry.name_offset),
                                         entry.name_length);
}

std::optional<ArchiveIndex::Node> ArchiveIndex::child(Node folder, std::string_view name) const {
  const auto at = table_.find(Key{folder, name});
  return at == table_.end() ? std::nullopt : std::optional(*at);
}

ArchiveIndex::Node ArchiveIndex::child_or_new(Node folder, std::string_view name) {
  if (const auto known = child(folder, name)) return *known;
  const Node node = static_cast<Node>(nodes_.size());
  Entry& entry = nodes_.emplace_back();
  entry.facts.kind = NodeKind::directory;
  entry.parent = folder;
  entry.name_offset = names_.size();
  entry.name_length = static_cast<std::uint32_t>(name.size());
  names_ += name;
  entry.next_sibling = nodes_[folder].first_child;
  nodes_[folder].first_child = node;
  table_.insert(node);
  return node;
}

ArchiveIndex::Node ArchiveIndex::add(std::string_view path, std::string_view verbatim,
                                     const Facts& facts, bool& replaced) {
  replaced = false;
  Node node = kRoot;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    if (nodes_[node].facts.kind != NodeKind::directory) {
      // What has something in it is a folder, whatever else a member of that name said: a link
      // placed before it must not hide a log.
      nodes_[node].facts.kind = NodeKind::directory;
      replaced = true;
    }
    node = child_or_new(node, path.substr(at, slash - at));
    at = slash + 1;
  }
  if (node == kRoot) return node;
  Entry& entry = nodes_[node];
  const bool folder = facts.kind == NodeKind::directory;
  // A folder given again says nothing new; a file in the place of a folder hides what is in it,
  // and what is in it may be a log: the folder stays.
  if (entry.facts.ordinal != 0 && !(folder && entry.facts.kind == NodeKind::directory))
    replaced = true;
  if (entry.first_child != 0 && !folder) {
    replaced = true;
    return node;
  }
  entry.facts = facts;
  links_.erase(node);
  hard_links_.erase(node);
  if (verbatim == path)
    verbatim_.erase(node);
  else if (!folder)
    verbatim_[node] = std::string(verbatim);
  return node;
}

std::string ArchiveIndex::path(Node node) const {
  std::vector<Node> way;
  for (; node != kRoot; node = nodes_[node].parent) way.push_back(node);
  std::string path;
  for (auto at = way.rbegin(); at != way.rend(); ++at) {
    if (!path.empty()) path += '/';
    path += name(*at);
  }
  return path;
}

std::string ArchiveIndex::verbatim(Node node) const {
  const auto at = verbatim_.find(node);
  return at == verbatim_.end() ? path(node) : at->second;
}

std::string ArchiveIndex::link(Node node) const {
  const auto at = links_.find(node);
  return at == links_.end() ? std::string() : at->second;
}

std::optional<ArchiveIndex::Node> ArchiveIndex::find(std::string_view path) const {
  Node node = kRoot;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const auto next = child(node, path.substr(at, slash - at));
    if (!next) return std::nullopt;
    node = *next;
    at = slash + 1;
  }
  return node;
}

std::vector<ArchiveIndex::Node> ArchiveIndex::children(Node folder) const {
  std::vector<Node> out;
  for (Node at = nodes_[folder].first_child; at != 0; at = nodes_[at].next_sibling)
    out.push_back(at);
  std::sort(out.begin(), out.end(), [&](Node a, Node b) { return name(a) < name(b); });
  return out;
}

std::optional<ArchiveIndex::Node> ArchiveIndex::real(Node node) const {
  for (int steps = 0; steps <= kMostSymlinks; ++steps) {
    const auto at = hard_links_.find(node);
    // What has something in it is a folder, whatever a member of its name said: see add().
    if (at == hard_links_.end() || nodes_[node].facts.kind == NodeKind::directory) return node;
    const auto next = find(at->second);
    if (!next || *next == node) return std::nullopt;
    node = *next;
  }
  return std::nullopt;
}

}  // namespace pidometer
