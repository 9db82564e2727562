#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// A FileSystem over files and symlinks in memory, folders made as needed. Counts look-ups.
class MemoryFileSystem : public FileSystem {
 public:
  MemoryFileSystem() { nodes_.push_back(Node{NodeKind::directory, {}, {}}); }

  /// Returns the inode.
  std::uint64_t file(std::string_view path, std::string bytes) {
    return add(path, Node{NodeKind::file, std::move(bytes), {}});
  }
  std::uint64_t link(std::string_view path, std::string target) {
    return add(path, Node{NodeKind::symlink, std::move(target), {}});
  }
  std::uint64_t folder(std::string_view path) {
    return add(path, Node{NodeKind::directory, {}, {}});
  }
  /// A second name for an inode.
  void hard_link(std::string_view path, std::uint64_t inode) { name(path, inode); }
  /// From now on the inode cannot be read.
  void corrupt(std::uint64_t inode) { corrupt_.insert(inode); }

  std::string_view type_indicator() const override { return "EXT"; }
  std::string_view reader() const override { return "memory"; }
  bool folds_case() const override { return folds_case_; }
  void fold_case() { folds_case_ = true; }
  std::uint64_t size() const override { return 0; }
  std::uint64_t root() const override { return 1; }

  Result<FileNode> stat(std::uint64_t inode) override {
    const Node* node = find(inode);
    if (node == nullptr) return fail(ErrorKind::unreadable, "inode is corrupt");
    return FileNode{inode, node->kind, node->bytes.size(), std::nullopt};
  }
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override {
    const Node* node = find(directory);
    if (node == nullptr || node->kind != NodeKind::directory)
      return fail(ErrorKind::unreadable, "directory is corrupt");
    std::vector<DirectoryEntry> entries;
    for (const auto& [entry, inode] : node->names) entries.push_back({entry, inode});
    return entries;
  }
  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view entry) override {
    ++lookups;
    const Node* node = find(directory);
    if (node == nullptr || node->kind != NodeKind::directory)
      return fail(ErrorKind::unreadable, "directory is corrupt");
    const auto at = node->names.find(std::string(entry));
    if (at == node->names.end()) return std::nullopt;
    return at->second;
  }
  Result<std::string> read_link(std::uint64_t inode) override {
    const Node* node = find(inode);
    if (node == nullptr || node->kind != NodeKind::symlink)
      return fail(ErrorKind::unreadable, "no link");
    return node->bytes;
  }
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override {
    const Node* node = find(inode);
    if (node == nullptr || node->kind != NodeKind::file)
      return fail(ErrorKind::unreadable, "no file");
    const auto bytes = std::as_bytes(std::span(node->bytes));
    return make_memory_stream({bytes.begin(), bytes.end()});
  }
  const std::vector<Warning>& warnings() const override { return warnings_; }
  const std::vector<DamagedRange>& structure_damage() const override { return damage_; }

  std::size_t lookups = 0;

 private:
  struct Node {
    NodeKind kind;
    std::string bytes;
    std::map<std::string, std::uint64_t> names;
  };

  const Node* find(std::uint64_t inode) const {
    if (inode == 0 || inode > nodes_.size() || corrupt_.contains(inode)) return nullptr;
    return &nodes_[inode - 1];
  }
  std::uint64_t add(std::string_view path, Node node) {
    nodes_.push_back(std::move(node));
    const std::uint64_t inode = nodes_.size();
    name(path, inode);
    return inode;
  }
  void name(std::string_view path, std::uint64_t inode) {
    std::uint64_t at = 1;
    for (std::size_t begin = 1;;) {
      const std::size_t slash = path.find('/', begin);
      const std::string part(path.substr(begin, slash - begin));
      if (slash == std::string_view::npos) {
        nodes_[at - 1].names[part] = inode;
        return;
      }
      const auto [entry, made] = nodes_[at - 1].names.try_emplace(part, nodes_.size() + 1);
      at = entry->second;
      if (made) nodes_.push_back(Node{NodeKind::directory, {}, {}});
      begin = slash + 1;
    }
  }

  std::vector<Node> nodes_;
  std::set<std::uint64_t> corrupt_;
  bool folds_case_ = false;
  std::vector<Warning> warnings_;
  std::vector<DamagedRange> damage_;
};

}  // namespace pidometer
