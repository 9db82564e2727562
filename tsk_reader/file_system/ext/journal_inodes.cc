#include "tsk_reader/file_system/ext/journal_inodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tsk_reader/file_system/ext/ext_directory_block.h"
#include "tsk_reader/file_system/ext/jbd2_log.h"
#include "tsk_reader/file_system/ext/old_inode.h"
#include "tsk_reader/file_system/range_set.h"

namespace pidometer {
namespace {

class JournalInodes {
 public:
  JournalInodes(ExtFileSystem& file_system, BlockSource& volume, const Jbd2Log& log,
                std::vector<ByteRange> free)
      : file_system_(file_system),
        volume_(volume),
        log_(log),
        geometry_(file_system.geometry()),
        copies_(find_logged_blocks(log)),
        free_(std::move(free)) {
    for (std::size_t i = 0; i < copies_.size(); ++i) by_block_[copies_[i].block].push_back(i);
  }

  void read_names(std::span<const std::uint64_t> directories) {
    for (const std::uint64_t directory : directories) {
      // The newest word last, so that it stands.
      for (const FileExtent& extent : file_system_.directory_map(directory).extents)
        for (std::uint64_t at = 0; at < extent.length; at += geometry_.block_size)
          for (const std::size_t copy : copies_of((extent.source + at) / geometry_.block_size))
            if (read_copy(copies_[copy])) take_names();
      if (const auto entries = file_system_.list(directory))
        for (const DirectoryEntry& entry : *entries) names_[entry.inode] = entry.name;
    }
  }

  std::vector<DeletedFile> find() {
    std::vector<DeletedFile> files;
    std::set<std::pair<std::uint64_t, std::uint32_t>> seen;
    std::size_t nameless = 0;
    for (std::size_t i = copies_.size(); i-- > 0;) {
      const auto first = geometry_.first_inode_of(copies_[i].block);
      if (!first || !read_copy(copies_[i])) continue;
      const std::vector<std::byte> block = block_;
      for (std::size_t at = 0; at + geometry_.inode_size <= block.size();
           at += geometry_.inode_size) {
        const std::uint64_t number = *first + at / geometry_.inode_size;
        const OldInode old = parse_old_inode(std::span(block).subspan(at, geometry_.inode_size));
        if (!old.is_regular_file() || old.links == 0 || old.size == 0 || old.has_no_map()) continue;
        if (seen.contains({number, old.generation})) continue;
        // Of a live file an older copy may have had more, or other blocks. All files of the volume
        // are in the journal: the maps are read of those that lie in a log folder.
        const auto live = live_file(number, old);
        const bool is_shorter = live && live->node.size < old.size;
        const bool named = names_.contains(number);
        if (live && !is_shorter && !named) continue;
        if (!named && nameless >= kMostNamelessInodes) {
          file_system_.add_warning(
              WarningKind::unsupported,
              fmt::format("its journal tells of more than {} deleted files whose names are not "
                          "known; the oldest of them are not looked into",
                          kMostNamelessInodes));
          continue;
        }
        const FileMap was = map_of(old, i);
        const bool regrown = live && has_regrown(was, live->map);
        if (live && !is_shorter && !regrown) continue;
        seen.insert({number, old.generation});
        if (auto file = take(number, old, was, live && !regrown ? &live->map : nullptr)) {
          files.push_back(std::move(*file));
          if (!named) ++nameless;
        }
      }
    }
    std::sort(files.begin(), files.end(), [](const DeletedFile& a, const DeletedFile& b) {
      return a.node.inode < b.node.inode;
    });
    return files;
  }

 private:
  std::span<const std::size_t> copies_of(std::uint64_t block) const {
    const auto found = by_block_.find(block);
    return found == by_block_.end() ? std::span<const std::size_t>()
                                    : std::span<const std::size_t>(found->second);
  }

  /// Into block_. A copy whose checksum fails is another block by now.
  bool read_copy(const Jbd2LoggedBlock& copy) {
    if (!logged_copy_holds(log_, copy)) return false;
    block_.resize(geometry_.block_size);
    const Jbd2Log::Read read = log_.read_copy(copy, block_);
    return read.done && read.damage.empty();
  }

  void take_names() {
    std::vector<DirectoryEntry> entries;
    parse_ext_directory_block(block_, entries);
    for (DirectoryEntry& entry : entries) names_[entry.inode] = std::move(entry.name);
  }

  /// A block of a map as it was when the inode's copy was made: the newest copy up to then, else
  /// what lies there now.
  bool read_old(std::uint64_t block, std::size_t until, std::span<std::byte> out) {
    const auto copies = copies_of(block);
    for (std::size_t i = copies.size(); i-- > 0;) {
      const Jbd2LoggedBlock& copy = copies_[copies[i]];
      if (copies[i] > until && copy.sequence != copies_[until].sequence) continue;
      if (!read_copy(copy)) continue;
      std::copy(block_.begin(), block_.end(), out.begin());
      return true;
    }
    return volume_.read_at(block * geometry_.block_size, out).has_value();
  }

  std::optional<ExtFile> live_file(std::uint64_t number, const OldInode& old) {
    auto live = file_system_.file(number);
    if (!live || live->generation != old.generation || live->links == 0 ||
        live->node.kind != NodeKind::file)
      return std::nullopt;
    return std::move(*live);
  }
  /// Whether a file was trimmed and has grown since: it goes on behind the first place where it has
  /// another block than before. What it still has of its old blocks may then have been written
  /// anew.
  static bool has_regrown(const FileMap& was, const FileMap& now) {
    for (const FileExtent& extent : was.extents)
      for (std::uint64_t at = 0; at < extent.length;) {
        const std::uint64_t place = extent.begin + at;
        if (place >= now.size) return false;
        const auto one = std::partition_point(
            now.extents.begin(), now.extents.end(),
            [&](const FileExtent& other) { return other.begin + other.length <= place; });
        if (one == now.extents.end() || one->begin > place ||
            one->source + (place - one->begin) != extent.source + at)
          return true;
        at += one->begin + one->length - place;
      }
    return false;
  }

  FileMap map_of(const OldInode& old, std::size_t copy) {
    return map_old_inode(
        old, geometry_.block_size, geometry_.blocks,
        [&](std::uint64_t block, std::span<std::byte> out) { return read_old(block, copy, out); });
  }

  /// The file of an old inode that is deleted, or had more bytes. `live`: the blocks that it still
  /// has and that are as they were.
  std::optional<DeletedFile> take(std::uint64_t number, const OldInode& old, const FileMap& was,
                                  const FileMap* live) {
    std::vector<ByteRange> own;
    if (live != nullptr)
      for (const FileExtent& extent : live->extents)
        own.push_back({extent.source, extent.source + extent.length});
    DeletedFile file;
    file.method = RecoveryMethod::journal_inode;
    file.node.inode = number;
    file.node.kind = NodeKind::file;
    file.node.size = was.size;
    file.node.modified = old.modified;
    if (const auto name = names_.find(number); name != names_.end()) file.name = name->second;
    file.map.size = was.size;
    file.map.missing_tail = was.missing_tail;
    for (const DamagedRange& lost : was.lost.all()) file.map.lost.add(lost.range, lost.reason);
    const RangeSet kept(made_disjoint(std::move(own)));
    for (const FileExtent& extent : was.extents) take_free(extent, kept, file.map);
    if (file.map.extents.empty()) return std::nullopt;
    return file;
  }

  /// The parts of an extent that nobody else owns now.
  void take_free(const FileExtent& extent, const RangeSet& own, FileMap& map) const {
    const ByteRange place{extent.source, extent.source + extent.length};
    std::vector<ByteRange> parts = free_.common(place);
    for (const ByteRange& part : own.common(place)) parts.push_back(part);
    add_kept(extent, made_disjoint(std::move(parts)), "overwritten since: belongs to a file now",
             map);
  }

  ExtFileSystem& file_system_;
  BlockSource& volume_;
  const Jbd2Log& log_;
  ExtGeometry geometry_;
  std::vector<Jbd2LoggedBlock> copies_;  ///< oldest first
  std::map<std::uint64_t, std::vector<std::size_t>> by_block_;
  RangeSet free_;
  std::map<std::uint64_t, std::string> names_;
  std::vector<std::byte> block_;
};

}  // namespace

std::optional<std::uint64_t> ExtGeometry::first_inode_of(std::uint64_t block) const {
  const auto after = inode_tables.upper_bound(block);
  if (after == inode_tables.begin() || inode_size == 0) return std::nullopt;
  const auto& [start, group] = *std::prev(after);
  const std::uint64_t per_block = block_size / inode_size;
  const std::uint64_t first = (block - start) * per_block;
  if (first >= inodes_per_group) return std::nullopt;
  return std::uint64_t{group} * inodes_per_group + first + 1;
}

Result<std::vector<DeletedFile>> find_journal_inodes(ExtFileSystem& file_system,
                                                     BlockSource& volume,
                                                     std::span<const std::uint64_t> directories) {
  const ExtJournalState state = file_system.journal_state();
  if (state.is_external) return std::vector<DeletedFile>{};
  auto map = file_system.journal_map();
  if (!map) return tl::unexpected(map.error());
  const auto log = Jbd2Log::open(volume, std::move(*map), state.block_size);
  if (!log) return tl::unexpected(log.error());
  auto free = file_system.unallocated();
  if (!free) return tl::unexpected(free.error());
  JournalInodes inodes(file_system, volume, *log, std::move(*free));
  inodes.read_names(directories);
  return inodes.find();
}

}  // namespace pidometer
