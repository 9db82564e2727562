#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "base/warning.h"
#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/tree_root.h"

namespace pidometer {

enum class NodeKind { file, directory, symlink, other };

/// What a filesystem says of one inode.
struct FileNode {
  std::uint64_t inode = 0;
  NodeKind kind = NodeKind::other;
  std::uint64_t size = 0;  ///< bytes, as the inode claims
  std::optional<Timestamp> modified;
  std::optional<Timestamp> created = {};  ///< of the inode, where it is kept
  std::optional<Timestamp> changed = {};  ///< ctime, where there is one
};

/// One name of a directory. `.` and `..` are left out.
struct DirectoryEntry {
  std::string name;  ///< bytes, not always UTF-8
  std::uint64_t inode = 0;
};

/// A file that is no live one any more, as far as it can still be told.
struct DeletedFile {
  RecoveryMethod method = RecoveryMethod::deleted_name;
  FileNode node;
  std::string name;  ///< in its folder; empty where it is not known
  FileMap map;       ///< of the volume; what others own now is lost
  /// The name's first character was overwritten when it was deleted; some other stands for it.
  bool lost_initial = false;
  /// That these are its blocks, in this order, is a guess from where it began and how long it was:
  /// what stands in them is to be judged block by block.
  bool is_guess = false;
};

/// A directory that claims more names is corrupt or hostile. Ten times what a mail spool was ever
/// seen with; some 200 MB of names at worst.
inline constexpr std::size_t kMaxDirectoryEntries = 4'000'000;

/// A filesystem on one volume, read-only. One path component at a time; symlinks are followed by
/// path_resolver.h, above every backend. Corruption found on the way becomes an Error where nothing
/// can be delivered, else a Warning in warnings(). Not thread-safe.
class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  /// dfVFS's word for the layer: EXT, NTFS, FAT, HFS, TSK.
  virtual std::string_view type_indicator() const = 0;
  /// The code that reads it, for the summary: ext2fs, tsk.
  virtual std::string_view reader() const = 0;

  /// Whether names that differ in ASCII case only are the same file.
  virtual bool folds_case() const = 0;

  /// Bytes of the volume that the filesystem says it takes up: as a rule no more than the volume
  /// has.
  virtual std::uint64_t size() const = 0;

  virtual std::uint64_t root() const = 0;

  /// All trees of files that can be mounted by themselves, the one of root() first. Where there are
  /// several, paths lead from an upper one into those that hang below it.
  virtual std::vector<TreeRoot> roots() const;
  /// The number that the filesystem's own tools give the inode: unique within one tree only.
  virtual std::uint64_t inode_number(std::uint64_t inode) const { return inode; }

  virtual Result<FileNode> stat(std::uint64_t inode) = 0;
  virtual Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) = 0;
  /// Nothing where the directory has no such name.
  virtual Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                                      std::string_view name) = 0;
  virtual Result<std::string> read_link(std::uint64_t inode) = 0;

  /// The stored bytes. The stream must not outlive the FileSystem.
  virtual Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) = 0;

  /// Bytes of the file, as stored, that are as they are only because a journal was replayed in
  /// memory: without it they would be others, or missing. Sorted, disjoint; none where nothing was
  /// replayed.
  virtual Result<std::vector<ByteRange>> replayed(std::uint64_t inode);

  /// Bytes of the volume that hold no file and no structure of the filesystem. Sorted, disjoint.
  /// Errors: unsupported where the backend does not know.
  virtual Result<std::vector<ByteRange>> unallocated();

  /// What lies behind the end of a file in the last of its blocks, and in blocks that it owns and
  /// never wrote. Bytes of the volume, sorted, disjoint; none where the backend does not know.
  virtual Result<std::vector<ByteRange>> slack(std::uint64_t inode);

  /// Bytes from one border of two blocks to the next: what lies on both sides need not belong
  /// together.
  virtual std::uint32_t block_size() const { return 512; }

  /// Files that were deleted, or had more bytes before. Names are looked for in `folders` (inodes).
  /// None where the backend knows no way.
  virtual Result<std::vector<DeletedFile>> deleted_files(std::span<const std::uint64_t> folders);

  /// What was found wrong so far: a journal that was not replayed, a failed checksum, a corrupt
  /// directory. `image` and `volume` are left for the caller to fill in.
  virtual const std::vector<Warning>& warnings() const = 0;

  /// Damaged bytes of the volume met in the filesystem's own structures: names may be missing.
  virtual const std::vector<DamagedRange>& structure_damage() const = 0;
};

}  // namespace pidometer
