#include "tsk_reader/file_system/archive/file_system_archive.h"

#include <algorithm>
#include <cctype>

namespace pidometer {

/// dfVFS has TAR, CPIO and ZIP (dfvfs/lib/definitions.py); 7Z is spelled in its way.
ArchiveTree::ArchiveTree(ArchiveContents& contents, ArchiveIndex::Node root)
    : contents_(contents),
      root_(root),
      type_(contents.format().empty() ? "TAR" : contents.format()) {
  for (char& c : type_) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

std::optional<ArchiveIndex::Node> ArchiveTree::node_of(std::uint64_t inode) const {
  if (inode == 0 || inode > contents_.index().size()) return std::nullopt;
  return static_cast<ArchiveIndex::Node>(inode - 1);
}

Result<FileNode> ArchiveTree::stat(std::uint64_t inode) {
  const auto node = node_of(inode);
  if (!node) return fail(ErrorKind::not_found, "no such member");
  const ArchiveIndex::Facts& facts = contents_.index().facts(*node);
  FileNode file;
  file.inode = inode;
  file.kind = facts.kind;
  file.size = contents_.kept(facts.ordinal) ? contents_.member_size(facts.ordinal) : facts.size;
  file.modified = facts.modified;
  return file;
}

/// A hard link is the file that it leads to; one that leads nowhere is itself, and cannot be
/// opened.
Result<std::optional<std::uint64_t>> ArchiveTree::lookup(std::uint64_t directory,
                                                         std::string_view name) {
  const auto folder = node_of(directory);
  if (!folder) return fail(ErrorKind::not_found, "no such folder");
  const auto found = contents_.index().child(*folder, name);
  if (!found) return std::nullopt;
  return inode_of(contents_.index().real(*found).value_or(*found));
}

Result<std::vector<DirectoryEntry>> ArchiveTree::list(std::uint64_t directory) {
  const auto folder = node_of(directory);
  if (!folder) return fail(ErrorKind::not_found, "no such folder");
  std::vector<DirectoryEntry> entries;
  for (const ArchiveIndex::Node node : contents_.index().children(*folder))
    entries.push_back({std::string(contents_.index().name(node)),
                       inode_of(contents_.index().real(node).value_or(node))});
  return entries;
}

Result<std::string> ArchiveTree::read_link(std::uint64_t inode) {
  const auto node = node_of(inode);
  if (!node || contents_.index().facts(*node).kind != NodeKind::symlink)
    return fail(ErrorKind::unreadable, "no symbolic link");
  return contents_.index().link(*node);
}

Result<std::unique_ptr<ByteStream>> ArchiveTree::open(std::uint64_t inode) {
  const auto node = node_of(inode);
  if (!node || contents_.index().facts(*node).kind != NodeKind::file)
    return fail(ErrorKind::unreadable, "no regular file");
  if (!contents_.index().real(*node))
    return fail(ErrorKind::unreadable, "the hard link leads to nothing in this archive");
  const std::uint64_t ordinal = contents_.index().facts(*node).ordinal;
  if (!contents_.tried(ordinal)) missed_.insert(ordinal);
  return contents_.open(ordinal);
}

std::uint64_t ArchiveTree::ordinal(std::uint64_t inode) const {
  const auto node = node_of(inode);
  return node ? contents_.index().facts(*node).ordinal : 0;
}

std::string ArchiveTree::verbatim(std::uint64_t inode) const {
  const auto node = node_of(inode);
  return node ? contents_.index().verbatim(*node) : std::string();
}

}  // namespace pidometer
