#include "tsk_reader/file_system/xfs/file_system_xfs.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/xfs/xfs_directory.h"
#include "tsk_reader/file_system/xfs/xfs_extents.h"
#include "tsk_reader/file_system/xfs/xfs_free_space.h"
#include "tsk_reader/file_system/xfs/xfs_inode.h"
#include "tsk_reader/file_system/xfs/xfs_replay.h"
#include "tsk_reader/file_system/xfs/xfs_replayed_ranges.h"
#include "tsk_reader/file_system/xfs/xfs_symlink.h"

namespace pidometer {
namespace {

/// ASCII alone: as the kernel folds names of filesystems made with `-n version=ci`.
bool same_folded(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

class XfsFileSystem final : public FileSystem {
 public:
  /// `source` is the volume as it is, `before` its superblock, `after` the same after the replay.
  XfsFileSystem(BlockSource& source, const XfsSuperblock& before, XfsReplay replay,
                const XfsSuperblock& after)
      : before_(source, before),
        replay_(std::move(replay)),
        volume_(replay_.overlay ? *replay_.overlay : source, after, replay_.overlay.get()) {
    tell_of_superblock();
    if (!replay_.warning.empty()) volume_.warn(WarningKind::unsupported, replay_.warning);
  }

  std::string_view type_indicator() const override { return "XFS"; }
  std::string_view reader() const override { return "xfs"; }
  bool folds_case() const override { return volume_.super().folds_case; }
  std::uint64_t size() const override { return volume_.super().size(); }
  std::uint64_t root() const override { return volume_.super().root_inode; }

  Result<FileNode> stat(std::uint64_t number) override {
    const auto inode = read_xfs_inode(volume_, number);
    if (!inode) return tl::unexpected(inode.error());
    return FileNode{number,          inode->kind,    inode->size,
                    inode->modified, inode->created, inode->changed};
  }

  Result<std::vector<DirectoryEntry>> list(std::uint64_t number) override {
    const auto inode = read_xfs_inode(volume_, number);
    if (!inode) return tl::unexpected(inode.error());
    return list_xfs_directory(volume_, *inode);
  }

  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override {
    const auto entries = list(directory);
    if (!entries) return tl::unexpected(entries.error());
    for (const DirectoryEntry& entry : *entries)
      if (entry.name == name || (folds_case() && same_folded(entry.name, name))) return entry.inode;
    return std::nullopt;
  }

  Result<std::string> read_link(std::uint64_t number) override {
    const auto inode = read_xfs_inode(volume_, number);
    if (!inode) return tl::unexpected(inode.error());
    return read_xfs_symlink(volume_, *inode);
  }

  Result<std::unique_ptr<ByteStream>> open(std::uint64_t number) override {
    const auto inode = read_xfs_inode(volume_, number);
    if (!inode) return tl::unexpected(inode.error());
    if (inode->kind != NodeKind::file)
      return fail(ErrorKind::unreadable, fmt::format("inode {} is no regular file", number));
    if (inode->realtime)
      return fail(ErrorKind::unsupported,
                  fmt::format("inode {} lies in the realtime section", number),
                  "which is a device of its own and is not read by this version");
    const XfsExtentList extents = read_xfs_extents(volume_, *inode);
    return make_extent_stream(volume_.reader().source(),
                              make_xfs_file_map(volume_.super(), extents, inode->size));
  }

  Result<std::vector<ByteRange>> replayed(std::uint64_t number) override {
    if (!replay_.overlay) return std::vector<ByteRange>{};
    return xfs_replayed_ranges(before_, volume_, number);
  }

  Result<std::vector<ByteRange>> unallocated() override { return read_xfs_free_space(volume_); }

  Result<std::vector<ByteRange>> slack(std::uint64_t number) override {
    const auto inode = read_xfs_inode(volume_, number);
    if (!inode) return tl::unexpected(inode.error());
    if (inode->realtime) return std::vector<ByteRange>{};
    return xfs_slack(volume_.super(), read_xfs_extents(volume_, *inode), inode->size);
  }
  std::uint32_t block_size() const override { return volume_.super().block_size; }

  const std::vector<Warning>& warnings() const override { return volume_.warnings(); }
  const std::vector<DamagedRange>& structure_damage() const override {
    return volume_.reader().damage().all();
  }

 private:
  void tell_of_superblock() {
    const XfsSuperblock& super = before_.super();
    if (!super.checksum_good)
      volume_.warn(WarningKind::damaged_image,
                   "superblock: wrong checksum; what it says may be wrong");
    if (super.needs_repair)
      volume_.warn(WarningKind::damaged_image,
                   "the filesystem is marked as in need of repair (needsrepair): a change of its "
                   "structures was not ended; files may be missing or wrong");
    if (super.in_progress)
      volume_.warn(
          WarningKind::damaged_image,
          "the filesystem is marked as not yet complete (inprogress); files may be missing");
    if (super.metadata_tree)
      volume_.warn(WarningKind::unsupported,
                   "the filesystem has a metadata directory tree (metadir); its ordinary files are "
                   "read, those of its realtime section are not");
  }

  XfsVolume before_;
  XfsReplay replay_;
  XfsVolume volume_;  ///< reads through the replay's overlay, where there is one
};

Result<XfsSuperblock> read_superblock(BlockSource& volume) {
  std::vector<std::byte> head(
      static_cast<std::size_t>(std::min<std::uint64_t>(kLargestXfsSector, volume.size())));
  if (!volume.read_at(0, head))
    return fail(ErrorKind::unreadable, "the XFS superblock cannot be read");
  return parse_xfs_superblock(head);
}

}  // namespace

Result<std::unique_ptr<FileSystem>> open_xfs(BlockSource& volume) {
  const auto before = read_superblock(volume);
  if (!before) return tl::unexpected(before.error());
  XfsReplay replay = replay_xfs_log(volume, *before);
  // The log may have made the filesystem larger.
  auto after = replay.overlay ? read_superblock(*replay.overlay) : before;
  if (!after) after = before;
  return std::make_unique<XfsFileSystem>(volume, *before, std::move(replay), *after);
}

}  // namespace pidometer
