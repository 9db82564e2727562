#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// An inode with where its bytes lie: what two states of one file are compared by.
struct ExtFile {
  FileNode node;
  std::uint32_t generation = 0;  ///< another one, another file in the same inode
  std::uint32_t links = 0;       ///< names; 0 is no file any more
  FileMap map;                   ///< without extents where the bytes lie in the inode
  std::optional<std::vector<std::byte>> inline_bytes;
};

/// What the superblock says of the journal.
struct ExtJournalState {
  bool needs_recovery = false;  ///< the filesystem was not unmounted
  bool is_external = false;     ///< on a device of its own
  std::uint32_t block_size = 0;
};

/// Where the inodes lie.
struct ExtGeometry {
  std::uint32_t block_size = 0;
  std::uint64_t blocks = 0;
  std::uint32_t inode_size = 0;  ///< bytes
  std::uint32_t inodes_per_group = 0;
  std::map<std::uint64_t, std::uint32_t> inode_tables;  ///< first block of each, and its group

  /// The number of the first inode in a block; nothing where it is of no inode table.
  std::optional<std::uint64_t> first_inode_of(std::uint64_t block) const;
};

/// What is ext's own beside what every filesystem has.
class ExtFileSystem : public FileSystem {
 public:
  virtual ExtJournalState journal_state() const = 0;
  /// Where the journal's file lies: by its inode, or by the superblock's copy of the inode's block
  /// map where that is corrupt.
  virtual Result<FileMap> journal_map() = 0;
  virtual Result<ExtFile> file(std::uint64_t inode) = 0;
  virtual ExtGeometry geometry() const = 0;
  /// Where a directory's names lie; empty where it cannot be read.
  virtual FileMap directory_map(std::uint64_t inode) = 0;
  /// Adds to warnings(), once a text.
  virtual void add_warning(WarningKind kind, std::string message) = 0;
};

/// ext2, ext3 and ext4 through libext2fs (e2fsprogs), the reference implementation: docs/adr/0002.
/// libext2fs reads through an io_manager of our own that refuses every write. The volume must
/// outlive it. The journal is not looked at: ext_replay.h does. Errors: unreadable, unsupported (a
/// feature that this libext2fs does not know).
Result<std::unique_ptr<ExtFileSystem>> open_ext2fs(BlockSource& volume);

}  // namespace pidometer
