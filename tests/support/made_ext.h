#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/made_journal.h"
#include "tsk_reader/file_system/ext/file_system_ext2fs.h"

namespace pidometer::test {

/// Little-endian, `width` bytes.
inline void put_le(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

/// An inode as ext4 keeps it (256 bytes), without its map.
struct MadeInode {
  std::uint16_t mode = 0100644;
  std::uint16_t links = 1;
  std::uint32_t generation = 5;
  std::uint32_t flags = 0x00080000;  ///< EXT4_EXTENTS_FL; 0: a block map
  std::uint64_t size = 0;
  std::int64_t modified = 1'700'000'000;  ///< seconds since 1970

  std::string bytes() const {
    std::string raw(256, '\0');
    put_le(raw, 0, mode, 2);
    put_le(raw, 4, size & 0xFFFFFFFFU, 4);
    put_le(raw, 16, static_cast<std::uint64_t>(modified), 4);
    put_le(raw, 26, links, 2);
    put_le(raw, 32, flags, 4);
    put_le(raw, 100, generation, 4);
    put_le(raw, 108, size >> 32, 4);
    put_le(raw, 128, 32, 2);  // i_extra_isize
    put_le(raw, 136, static_cast<std::uint64_t>(modified >> 32) & 3U, 4);
    return raw;
  }
};

/// The header of an extent tree's node at `at`.
inline void put_extent_header(std::string& bytes, std::size_t at, std::uint64_t entries,
                              std::uint64_t depth) {
  put_le(bytes, at, 0xF30A, 2);
  put_le(bytes, at + 2, entries, 2);
  put_le(bytes, at + 4, 4, 2);
  put_le(bytes, at + 6, depth, 2);
}
/// Entry `number` of a leaf whose header is at `at`.
inline void put_extent(std::string& bytes, std::size_t at, std::size_t number,
                       std::uint64_t logical, std::uint64_t count, std::uint64_t place) {
  const std::size_t entry = at + 12 + 12 * number;
  put_le(bytes, entry, logical, 4);
  put_le(bytes, entry + 4, count, 2);
  put_le(bytes, entry + 6, place >> 32, 2);
  put_le(bytes, entry + 8, place & 0xFFFFFFFFU, 4);
}
/// Entry `number` of an index node whose header is at `at`.
inline void put_extent_index(std::string& bytes, std::size_t at, std::size_t number,
                             std::uint64_t logical, std::uint64_t below) {
  const std::size_t entry = at + 12 + 12 * number;
  put_le(bytes, entry, logical, 4);
  put_le(bytes, entry + 4, below & 0xFFFFFFFFU, 4);
  put_le(bytes, entry + 8, below >> 32, 2);
}

/// A block of a directory, of these names and inodes.
inline std::string directory_block(const std::vector<std::pair<std::string, std::uint32_t>>& names,
                                   std::uint32_t block_size) {
  std::string block(block_size, '\0');
  std::size_t at = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [name, inode] = names[i];
    const std::size_t needed = (8 + name.size() + 3) / 4 * 4;
    put_le(block, at, inode, 4);
    put_le(block, at + 4, i + 1 == names.size() ? block_size - at : needed, 2);
    put_le(block, at + 6, name.size(), 1);
    block.replace(at + 8, name.size(), name);
    at += needed;
  }
  return block;
}

/// An ext filesystem of which a test says what its present structures hold. Its volume is that of a
/// MadeJournal: the filesystem's own blocks, then the journal.
class MadeExt final : public ExtFileSystem {
 public:
  explicit MadeExt(const MadeJournal& journal) : map_(journal.map()) {
    // One group: 16 inodes of 256 bytes in four blocks of 1 KiB.
    geometry_.block_size = 1024;
    geometry_.blocks = kBlocks;
    geometry_.inode_size = 256;
    geometry_.inodes_per_group = 16;
    geometry_.inode_tables = {{kInodeTable, 0}};
  }

  static constexpr std::uint64_t kBlocks = 32;
  static constexpr std::uint64_t kInodeTable = 2;  ///< its first block
  static constexpr std::uint64_t kDirectory = 11;  ///< the inode of the logs' folder
  static constexpr std::uint64_t kDirectoryBlock = 8;

  ExtGeometry& change_geometry() { return geometry_; }
  MadeExt& free(std::uint64_t first_block, std::uint64_t end_block) {
    free_.push_back({first_block * geometry_.block_size, end_block * geometry_.block_size});
    return *this;
  }
  MadeExt& live(ExtFile file) {
    files_[file.node.inode] = std::move(file);
    return *this;
  }
  MadeExt& name(std::string name, std::uint64_t inode) {
    names_.push_back({std::move(name), inode});
    return *this;
  }
  MadeExt& external_journal() {
    external_ = true;
    return *this;
  }
  MadeExt& unknown_free_space() {
    knows_free_ = false;
    return *this;
  }

  std::string_view type_indicator() const override { return "EXT"; }
  std::string_view reader() const override { return "made"; }
  bool folds_case() const override { return false; }
  std::uint64_t size() const override { return geometry_.blocks * geometry_.block_size; }
  std::uint64_t root() const override { return 2; }
  Result<FileNode> stat(std::uint64_t inode) override {
    if (const auto found = files_.find(inode); found != files_.end()) return found->second.node;
    return fail(ErrorKind::unreadable, "no such inode");
  }
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override {
    if (directory == kDirectory) return names_;
    return fail(ErrorKind::unreadable, "no directory");
  }
  Result<std::optional<std::uint64_t>> lookup(std::uint64_t, std::string_view) override {
    return std::optional<std::uint64_t>();
  }
  Result<std::string> read_link(std::uint64_t) override {
    return fail(ErrorKind::unreadable, "no link");
  }
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t) override {
    return fail(ErrorKind::unreadable, "no stream");
  }
  Result<std::vector<ByteRange>> unallocated() override {
    if (!knows_free_) return fail(ErrorKind::unreadable, "the bitmaps are corrupt");
    return free_;
  }
  const std::vector<Warning>& warnings() const override { return warnings_; }
  const std::vector<DamagedRange>& structure_damage() const override { return damage_; }

  ExtJournalState journal_state() const override {
    return {false, external_, geometry_.block_size};
  }
  Result<FileMap> journal_map() override { return map_; }
  Result<ExtFile> file(std::uint64_t inode) override {
    if (const auto found = files_.find(inode); found != files_.end()) return found->second;
    return fail(ErrorKind::unreadable, "no such inode");
  }
  ExtGeometry geometry() const override { return geometry_; }
  FileMap directory_map(std::uint64_t inode) override {
    FileMap map;
    if (inode != kDirectory) return map;
    map.size = geometry_.block_size;
    map.add({0, map.size, kDirectoryBlock * geometry_.block_size});
    return map;
  }
  void add_warning(WarningKind, std::string) override {}

 private:
  FileMap map_;
  ExtGeometry geometry_;
  std::vector<ByteRange> free_;
  std::map<std::uint64_t, ExtFile> files_;
  std::vector<DirectoryEntry> names_;
  std::vector<Warning> warnings_;
  std::vector<DamagedRange> damage_;
  bool external_ = false;
  bool knows_free_ = true;
};

}  // namespace pidometer::test
