#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/timestamp.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// The names of an archive as a tree. Node 0 is the archive's root; folders that are no members of
/// their own are made as needed. Of two members of one path the later one holds, as in extracting
/// (tar(1): "the last one wins").
class ArchiveIndex {
 public:
  using Node = std::uint32_t;
  static constexpr Node kRoot = 0;

  /// What the archive says of a member.
  struct Facts {
    NodeKind kind = NodeKind::other;
    std::uint64_t size = 0;
    std::optional<Timestamp> modified;
    std::uint64_t ordinal = 0;  ///< which member of the archive, from 1; 0 of a made folder
  };

  ArchiveIndex();
  ArchiveIndex(const ArchiveIndex&) = delete;  // the table points back
  ArchiveIndex& operator=(const ArchiveIndex&) = delete;

  /// Adds a member under its path (member_path.h); the node. `verbatim` is its name as written.
  /// `replaced` becomes true where another member that is no folder had the path.
  Node add(std::string_view path, std::string_view verbatim, const Facts& facts, bool& replaced);

  /// A symlink's words, or the path (member_path.h) of the member that a hard link is a name of.
  void set_link(Node node, std::string_view target) { links_[node] = std::string(target); }
  void set_hard_link(Node node, std::string_view path) { hard_links_[node] = std::string(path); }

  std::size_t size() const { return nodes_.size(); }
  const Facts& facts(Node node) const { return nodes_[node].facts; }
  std::string_view name(Node node) const;
  Node parent(Node node) const { return nodes_[node].parent; }
  std::string path(Node node) const;
  std::string verbatim(Node node) const;
  std::string link(Node node) const;

  std::optional<Node> child(Node folder, std::string_view name) const;
  std::optional<Node> find(std::string_view path) const;
  /// Sorted by name.
  std::vector<Node> children(Node folder) const;

  /// The node that a hard link leads to, over other hard links too; the node itself where it is
  /// none, nothing where it leads nowhere.
  std::optional<Node> real(Node node) const;

 private:
  struct Entry {
    Facts facts;
    Node parent = 0;
    Node first_child = 0;  ///< 0: none
    Node next_sibling = 0;
    std::uint32_t name_length = 0;
    std::uint64_t name_offset = 0;  ///< into names_
  };
  struct Key {
    Node parent;
    std::string_view name;
  };
  /// Nodes are found by (folder, name); both stand in the node, the table holds its number.
  struct Hash {
    using is_transparent = void;
    const ArchiveIndex* index;
    std::size_t operator()(Node node) const;
    std::size_t operator()(const Key& key) const;
  };
  struct Equal {
    using is_transparent = void;
    const ArchiveIndex* index;
    bool operator()(Node a, Node b) const { return a == b; }
    bool operator()(const Key& key, Node node) const;
    bool operator()(Node node, const Key& key) const { return (*this)(key, node); }
  };

  Node child_or_new(Node folder, std::string_view name);

  std::vector<Entry> nodes_;
  std::string names_;
  std::unordered_set<Node, Hash, Equal> table_;
  std::unordered_map<Node, std::string> links_;
  std::unordered_map<Node, std::string> hard_links_;
  std::unordered_map<Node, std::string> verbatim_;  ///< where it is not the path
};

}  // namespace pidometer
