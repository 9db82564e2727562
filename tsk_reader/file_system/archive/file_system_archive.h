#pragma once

#include <memory>
#include <set>

#include "tsk_reader/file_system/archive/archive_contents.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// A tree of an archive as a filesystem of its own: `root` is the node that was the host's root.
/// Symlinks lead within it. Inode numbers are numbers of the index. `contents` must outlive it.
class ArchiveTree final : public FileSystem {
 public:
  ArchiveTree(ArchiveContents& contents, ArchiveIndex::Node root);

  std::string_view type_indicator() const override { return type_; }
  std::string_view reader() const override { return "libarchive"; }
  bool folds_case() const override { return false; }
  std::uint64_t size() const override { return 0; }
  std::uint64_t root() const override { return inode_of(root_); }

  Result<FileNode> stat(std::uint64_t inode) override;
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override;
  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override;
  Result<std::string> read_link(std::uint64_t inode) override;
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override;
  const std::vector<Warning>& warnings() const override { return no_warnings_; }
  const std::vector<DamagedRange>& structure_damage() const override { return no_damage_; }

  /// The member's ordinal in the archive; 0 of a folder that is no member.
  std::uint64_t ordinal(std::uint64_t inode) const;
  /// The member's name as written.
  std::string verbatim(std::uint64_t inode) const;

  /// Members that somebody wanted to open and whose bytes the archive's passes did not keep.
  const std::set<std::uint64_t>& missed() const { return missed_; }
  void forget_missed() { missed_.clear(); }

 private:
  static std::uint64_t inode_of(ArchiveIndex::Node node) { return std::uint64_t{node} + 1; }
  std::optional<ArchiveIndex::Node> node_of(std::uint64_t inode) const;

  ArchiveContents& contents_;
  ArchiveIndex::Node root_;
  std::string type_;
  std::set<std::uint64_t> missed_;
  std::vector<Warning> no_warnings_;
  std::vector<DamagedRange> no_damage_;
};

}  // namespace pidometer
