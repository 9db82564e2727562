#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tsk_reader/bytes/overlay_source.h"
#include "tsk_reader/file_system/xfs/xfs_log_transactions.h"
#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

/// A logged part of a buffer of metadata (xfs_buf_log_format).
struct XfsLogBuffer {
  std::uint64_t block = 0;   ///< 512-byte units from the volume's start
  std::uint64_t blocks = 0;  ///< of them
  bool cancel = false;       ///< it was freed: what the log has of it must not be replayed
  bool of_inodes = false;    ///< holds inodes: only their list of unlinked ones is replayed
  bool of_quota = false;
  std::vector<std::uint32_t> chunks;  ///< a bit for each 128 bytes that were logged
};

/// A logged inode (xfs_inode_log_format).
struct XfsLogInode {
  std::uint64_t number = 0;
  std::uint32_t fields = 0;  ///< what of it was logged
  std::uint64_t block = 0;   ///< of the buffer it lies in, 512-byte units
  std::uint64_t blocks = 0;
};

/// A group of inodes newly made (xfs_icreate_log).
struct XfsLogNewInodes {
  std::uint64_t offset = 0;  ///< bytes into the volume
  std::uint64_t bytes = 0;
  std::uint64_t first = 0;  ///< inode number
  std::uint32_t generation = 0;
};

/// Nothing where the description makes no sense.
std::optional<XfsLogBuffer> parse_xfs_log_buffer(const XfsLogItem& item);
std::optional<XfsLogInode> parse_xfs_log_inode(const XfsLogItem& item);
std::optional<XfsLogNewInodes> parse_xfs_log_new_inodes(const XfsLogItem& item,
                                                        const XfsSuperblock& super);

/// A volume whose bytes can be replaced in memory.
class XfsPatch {
 public:
  explicit XfsPatch(BlockSource& volume)
      : volume_size_(volume.size()),
        overlay_(std::make_unique<OverlaySource>(volume, kXfsLogBlock)) {}

  bool read(std::uint64_t offset, std::span<std::byte> out);
  /// Any bytes within the volume; false outside of it.
  bool write(std::uint64_t offset, std::span<const std::byte> bytes);
  /// More was replaced than memory should be given for.
  bool too_large() const { return sectors_ > kMostSectors; }
  std::unique_ptr<OverlaySource> take() { return std::move(overlay_); }

 private:
  /// 256 MiB: a log of 2 GiB that is full of metadata never written before.
  static constexpr std::uint64_t kMostSectors = 512 * 1024;

  std::uint64_t volume_size_;
  std::unique_ptr<OverlaySource> overlay_;
  std::uint64_t sectors_ = 0;
};

/// Applies logged items. Errors are texts, empty where there is none.
class XfsReplayTarget {
 public:
  XfsReplayTarget(const XfsSuperblock& super, XfsPatch& patch) : super_(super), patch_(patch) {}

  const XfsSuperblock& super() const { return super_; }

  std::string replay_buffer(const XfsLogBuffer& buffer, const XfsLogItem& item, std::uint64_t lsn);
  std::string replay_inode(const XfsLogInode& inode, const XfsLogItem& item, std::uint64_t lsn);
  void create_inodes(const XfsLogNewInodes& chunk);

 private:
  XfsSuperblock super_;
  XfsPatch& patch_;
};

}  // namespace pidometer
