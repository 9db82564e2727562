#include "tsk_reader/file_system/ext/file_system_ext2fs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/ext/ext2fs_file_map.h"
#include "tsk_reader/file_system/ext/ext2fs_free_blocks.h"
#include "tsk_reader/file_system/ext/ext2fs_io.h"
#include "tsk_reader/file_system/ext/ext2fs_words.h"
#include "tsk_reader/file_system/ext/ext_directory_block.h"
#include "tsk_reader/file_system/ext/ext_superblock.h"
#include "tsk_reader/file_system/ext/inode_times.h"
#include "tsk_reader/file_system/ext/journal_inodes.h"

namespace pidometer {
namespace {

/// The longest target that Linux stores (PATH_MAX).
constexpr std::uint64_t kLongestLink = 4096;
/// A directory larger than this is corrupt: kMaxDirectoryEntries names of the usual 16 to 64 bytes.
constexpr std::uint64_t kLargestDirectory = std::uint64_t{1} << 28;

class Ext2FileSystem final : public ExtFileSystem {
 public:
  explicit Ext2FileSystem(BlockSource& volume) : reader_(volume) {}
  ~Ext2FileSystem() override {
    if (handle_ != nullptr) ext2fs_free(handle_);  // never ext2fs_close: that would flush
  }

  Result<void> open_handle();

  std::string_view type_indicator() const override { return "EXT"; }
  std::string_view reader() const override { return "ext2fs"; }
  bool folds_case() const override { return false; }
  std::uint64_t size() const override {
    return ext2fs_blocks_count(handle_->super) * handle_->blocksize;
  }
  std::uint64_t root() const override { return EXT2_ROOT_INO; }
  Result<FileNode> stat(std::uint64_t inode) override;
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override;
  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override;
  Result<std::string> read_link(std::uint64_t inode) override;
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override;
  Result<std::vector<ByteRange>> unallocated() override;
  Result<std::vector<ByteRange>> slack(std::uint64_t inode) override;
  std::uint32_t block_size() const override { return handle_->blocksize; }
  const std::vector<Warning>& warnings() const override { return warnings_; }
  const std::vector<DamagedRange>& structure_damage() const override {
    return reader_.damage().all();
  }
  ExtJournalState journal_state() const override;
  Result<FileMap> journal_map() override;
  Result<ExtFile> file(std::uint64_t inode) override;
  ExtGeometry geometry() const override { return ext_geometry(handle_); }
  FileMap directory_map(std::uint64_t inode) override;
  Result<std::vector<DeletedFile>> deleted_files(std::span<const std::uint64_t> folders) override {
    return find_journal_inodes(*this, reader_.source(), folders);
  }
  void add_warning(WarningKind kind, std::string message) override {
    warn(kind, std::move(message));
  }

 private:
  /// An inode with the room after the classic 128 bytes that holds the finer half of the times.
  struct Inode {
    ext2_ino_t number;
    ext2_inode_large fields;
    ext2_inode* classic() { return reinterpret_cast<ext2_inode*>(&fields); }
  };

  Result<Inode> read_inode(std::uint64_t number);
  MappedFile map_file(Inode& inode);
  Result<std::vector<std::byte>> read_inline(Inode& inode);
  void parse_directory_block(std::span<const std::byte> block, std::vector<DirectoryEntry>& out,
                             ext2_ino_t directory);

  /// Calls a function of libext2fs; after a failed checksum once more without checking, for a wrong
  /// checksum alone must not hide a log, but is said.
  template <typename Call>
  errcode_t tolerate_checksum(ext2_ino_t inode, Call call) {
    errcode_t failure = call();
    if (!is_checksum_failure(failure)) return failure;
    warn(WarningKind::damaged_image,
         fmt::format("inode {}: {}; what it says may be wrong", inode, reason_of(failure)));
    handle_->flags |= EXT2_FLAG_IGNORE_CSUM_ERRORS;
    failure = call();
    handle_->flags &= ~EXT2_FLAG_IGNORE_CSUM_ERRORS;
    return failure;
  }

  void warn(WarningKind kind, std::string message) {
    for (const Warning& known : warnings_)
      if (known.message == message) return;
    // A filesystem that is corrupt all over says so once or twice, not a million times.
    if (warnings_.size() >= kMostWarnings) return;
    Warning warning;
    warning.kind = kind;
    warning.message = std::move(message);
    warnings_.push_back(std::move(warning));
  }
  static constexpr std::size_t kMostWarnings = 200;

  StructureReader reader_;
  ext2_filsys handle_ = nullptr;
  std::vector<Warning> warnings_;
};

Result<void> Ext2FileSystem::open_handle() {
  const auto super = read_ext_superblock(reader_);
  if (!super) return tl::unexpected(super.error());
  const int flags = EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES;
  errcode_t failure = open_ext2fs_handle(reader_, flags, &handle_);
  if (is_checksum_failure(failure)) {
    warn(WarningKind::damaged_image,
         fmt::format("superblock: {}; what it says may be wrong", reason_of(failure)));
    failure = open_ext2fs_handle(reader_, flags | EXT2_FLAG_IGNORE_CSUM_ERRORS, &handle_);
    if (failure == 0) handle_->flags &= ~EXT2_FLAG_IGNORE_CSUM_ERRORS;
  }
  if (failure == EXT2_ET_UNSUPP_FEATURE || failure == EXT2_ET_RO_UNSUPP_FEATURE)
    return fail(ErrorKind::unsupported,
                "ext filesystem with a feature that libext2fs does not know",
                fmt::format("{} (compatible {:#x}, incompatible {:#x}, read-only {:#x})",
                            reason_of(failure), super->compatible, super->incompatible,
                            super->read_only_compatible));
  if (failure != 0)
    return fail(ErrorKind::unreadable, "ext filesystem cannot be opened", reason_of(failure));
  return {};
}

ExtJournalState Ext2FileSystem::journal_state() const {
  ExtJournalState state;
  state.needs_recovery = ext2fs_has_feature_journal_needs_recovery(handle_->super) != 0;
  state.is_external = handle_->super->s_journal_inum == 0;
  state.block_size = handle_->blocksize;
  return state;
}

Result<FileMap> Ext2FileSystem::journal_map() {
  auto inode = read_inode(handle_->super->s_journal_inum);
  if (inode && kind_of(inode->fields.i_mode) == NodeKind::file && inode->fields.i_links_count > 0) {
    auto mapped = map_file(*inode);
    if (mapped.failure == 0 && mapped.map.lost.empty() && mapped.map.size > 0)
      return std::move(mapped.map);
  }
  auto backup = map_ext2fs_journal_backup(handle_, reader_);
  if (!backup) return fail(ErrorKind::unreadable, "the journal's inode is corrupt");
  warn(WarningKind::damaged_image,
       "the journal's inode is corrupt; where the journal lies was taken from the superblock");
  return std::move(*backup);
}

FileMap Ext2FileSystem::directory_map(std::uint64_t number) {
  auto inode = read_inode(number);
  if (!inode || kind_of(inode->fields.i_mode) != NodeKind::directory ||
      (inode->fields.i_flags & EXT4_INLINE_DATA_FL) != 0)
    return {};
  return map_ext2fs_file(handle_, reader_, inode->number, inode->classic()).map;
}

Result<ExtFile> Ext2FileSystem::file(std::uint64_t number) {
  auto node = stat(number);
  if (!node) return tl::unexpected(node.error());
  auto inode = read_inode(number);
  if (!inode) return tl::unexpected(inode.error());
  ExtFile file{*node, inode->fields.i_generation, inode->fields.i_links_count, {}, {}};
  file.map.size = node->size;
  if ((inode->fields.i_flags & EXT4_INLINE_DATA_FL) != 0) {
    auto bytes = read_inline(*inode);
    if (!bytes) return tl::unexpected(bytes.error());
    file.inline_bytes = std::move(*bytes);
  } else if (node->kind == NodeKind::file) {
    auto mapped = map_file(*inode);
    file.map = std::move(mapped.map);
  }
  return file;
}

Result<Ext2FileSystem::Inode> Ext2FileSystem::read_inode(std::uint64_t number) {
  reader_.start_operation();
  if (number == 0 || number > handle_->super->s_inodes_count)
    return fail(ErrorKind::unreadable, fmt::format("inode {} does not exist", number),
                fmt::format("the filesystem has {} inodes", handle_->super->s_inodes_count));
  Inode inode{static_cast<ext2_ino_t>(number), {}};
  const errcode_t failure = tolerate_checksum(inode.number, [&] {
    return ext2fs_read_inode_full(handle_, inode.number, inode.classic(), sizeof inode.fields);
  });
  if (failure != 0)
    return fail(ErrorKind::unreadable, fmt::format("inode {} cannot be read", number),
                reason_of(failure));
  return inode;
}

Result<FileNode> Ext2FileSystem::stat(std::uint64_t number) {
  auto inode = read_inode(number);
  if (!inode) return tl::unexpected(inode.error());
  FileNode node;
  node.inode = number;
  node.kind = kind_of(inode->fields.i_mode);
  node.size = EXT2_I_SIZE(inode->classic());
  set_times(node, inode->fields, EXT2_INODE_SIZE(handle_->super));
  return node;
}

MappedFile Ext2FileSystem::map_file(Inode& inode) {
  reader_.start_operation();
  MappedFile mapped;
  tolerate_checksum(inode.number, [&] {
    mapped = map_ext2fs_file(handle_, reader_, inode.number, inode.classic());
    return mapped.failure;
  });
  if (mapped.failure != 0)
    warn(WarningKind::damaged_image, fmt::format("inode {}: the map of its blocks is corrupt: {}",
                                                 inode.number, reason_of(mapped.failure)));
  return mapped;
}

Result<std::vector<std::byte>> Ext2FileSystem::read_inline(Inode& inode) {
  reader_.start_operation();
  std::size_t size = 0;
  std::vector<std::byte> bytes;
  const errcode_t failure = tolerate_checksum(inode.number, [&] {
    errcode_t code = ext2fs_inline_data_size(handle_, inode.number, &size);
    if (code != 0) return code;
    bytes.assign(size, std::byte{0});
    return ext2fs_inline_data_get(handle_, inode.number, inode.classic(), bytes.data(), &size);
  });
  if (failure != 0)
    return fail(ErrorKind::unreadable,
                fmt::format("inode {}: its inline data cannot be read", inode.number),
                reason_of(failure));
  bytes.resize(std::min(bytes.size(), size));
  return bytes;
}

void Ext2FileSystem::parse_directory_block(std::span<const std::byte> block,
                                           std::vector<DirectoryEntry>& out, ext2_ino_t directory) {
  if (!parse_ext_directory_block(block, out))
    warn(WarningKind::damaged_image,
         fmt::format("directory inode {} is corrupt; files may be missing", directory));
}

Result<std::vector<DirectoryEntry>> Ext2FileSystem::list(std::uint64_t number) {
  auto inode = read_inode(number);
  if (!inode) return tl::unexpected(inode.error());
  if (kind_of(inode->fields.i_mode) != NodeKind::directory)
    return fail(ErrorKind::unreadable, fmt::format("inode {} is no directory", number));
  if ((inode->fields.i_flags & EXT4_ENCRYPT_FL) != 0)
    return fail(ErrorKind::unsupported, fmt::format("directory inode {} is encrypted", number),
                "its names need the user's fscrypt key");
  std::vector<DirectoryEntry> entries;
  if ((inode->fields.i_flags & EXT4_INLINE_DATA_FL) != 0) {
    const auto bytes = read_inline(*inode);
    if (!bytes) return tl::unexpected(bytes.error());
    // The parent's number stands in place of `.` and `..`; the part in the inode and the part in
    // the extended attribute are two chains of records (inline_data.c).
    const std::span all(*bytes);
    constexpr std::size_t kParent = 4;
    const std::size_t in_inode = std::min<std::size_t>(all.size(), EXT4_MIN_INLINE_DATA_SIZE);
    if (in_inode > kParent)
      parse_directory_block(all.subspan(kParent, in_inode - kParent), entries, inode->number);
    parse_directory_block(all.subspan(in_inode), entries, inode->number);
    return entries;
  }
  const auto mapped = map_file(*inode);
  if (!mapped.map.is_whole())  // directories have no holes
    warn(WarningKind::damaged_image,
         fmt::format("directory inode {} is damaged; files may be missing", number));
  reader_.start_operation();
  const std::size_t block_size = handle_->blocksize;
  std::vector<std::byte> block(block_size);
  std::uint64_t passed = 0;
  for (const FileExtent& extent : mapped.map.extents) {
    for (std::uint64_t at = 0; at < extent.length; at += block_size, passed += block_size) {
      if (passed >= kLargestDirectory || entries.size() >= kMaxDirectoryEntries) {
        warn(WarningKind::damaged_image,
             fmt::format("directory inode {} is too large; files may be missing", number));
        return entries;
      }
      const errcode_t failure = tolerate_checksum(inode->number, [&] {
        return ext2fs_read_dir_block4(handle_, (extent.source + at) / block_size, block.data(), 0,
                                      inode->number);
      });
      // A corrupt block is told and does not hide the blocks behind it.
      if (failure != 0)
        warn(WarningKind::damaged_image, fmt::format("directory inode {}: {}; files may be missing",
                                                     number, reason_of(failure)));
      else
        parse_directory_block(block, entries, inode->number);
    }
  }
  return entries;
}

Result<std::optional<std::uint64_t>> Ext2FileSystem::lookup(std::uint64_t directory,
                                                            std::string_view name) {
  const auto entries = list(directory);
  if (!entries) return tl::unexpected(entries.error());
  for (const DirectoryEntry& entry : *entries)
    if (entry.name == name) return entry.inode;
  return std::nullopt;
}

Result<std::string> Ext2FileSystem::read_link(std::uint64_t number) {
  auto inode = read_inode(number);
  if (!inode) return tl::unexpected(inode.error());
  const std::uint64_t size = EXT2_I_SIZE(inode->classic());
  if (kind_of(inode->fields.i_mode) != NodeKind::symlink || size > kLongestLink)
    return fail(ErrorKind::unreadable, fmt::format("inode {} is no symbolic link", number));
  if ((inode->fields.i_flags & EXT4_INLINE_DATA_FL) != 0) {
    const auto bytes = read_inline(*inode);
    if (!bytes) return tl::unexpected(bytes.error());
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  }
  if (ext2fs_is_fast_symlink(inode->classic()) != 0)
    return std::string(reinterpret_cast<const char*>(inode->fields.i_block),
                       std::min<std::uint64_t>(size, sizeof inode->fields.i_block));
  const auto mapped = map_file(*inode);
  std::string target(size, '\0');
  if (mapped.map.extents.size() != 1 || mapped.map.extents[0].length < size ||
      !reader_.read_at(mapped.map.extents[0].source, std::as_writable_bytes(std::span(target))))
    return fail(ErrorKind::unreadable, fmt::format("symbolic link inode {} is corrupt", number));
  return target;
}

Result<std::unique_ptr<ByteStream>> Ext2FileSystem::open(std::uint64_t number) {
  auto inode = read_inode(number);
  if (!inode) return tl::unexpected(inode.error());
  if (kind_of(inode->fields.i_mode) != NodeKind::file)
    return fail(ErrorKind::unreadable, fmt::format("inode {} is no regular file", number));
  if ((inode->fields.i_flags & EXT4_ENCRYPT_FL) != 0)
    return fail(ErrorKind::unsupported, fmt::format("inode {} is encrypted", number),
                "its bytes need the user's fscrypt key");
  if ((inode->fields.i_flags & EXT4_INLINE_DATA_FL) != 0) {
    const std::uint64_t damaged_before = reader_.damaged_reads();
    auto bytes = read_inline(*inode);
    if (!bytes) return tl::unexpected(bytes.error());
    std::vector<DamagedRange> damage;
    const std::uint64_t size = EXT2_I_SIZE(inode->classic());
    if (reader_.damaged_reads() != damaged_before)
      damage.push_back({{0, bytes->size()}, "the file's inode is damaged"});
    else if (bytes->size() < size)
      damage.push_back({{bytes->size(), size}, "the file claims more bytes than its inode holds"});
    else
      bytes->resize(size);
    return make_memory_stream(std::move(*bytes), std::move(damage));
  }
  auto mapped = map_file(*inode);
  return make_extent_stream(reader_.source(), std::move(mapped.map));
}

Result<std::vector<ByteRange>> Ext2FileSystem::unallocated() {
  reader_.start_operation();
  FreeBlocks free = find_free_blocks(handle_);
  if (free.mistrusted != 0)
    warn(WarningKind::damaged_image,
         fmt::format("{}; what is free may be wrong", reason_of(free.mistrusted)));
  if (free.failure != 0)
    return fail(ErrorKind::unreadable, "the block bitmaps cannot be read", reason_of(free.failure));
  if (!free.complete)
    warn(WarningKind::damaged_image,
         fmt::format("the free space is in more than {} pieces; the rest is not searched",
                     kMostFreeRanges));
  return std::move(free.ranges);
}

Result<std::vector<ByteRange>> Ext2FileSystem::slack(std::uint64_t number) {
  const auto file = this->file(number);
  if (!file) return tl::unexpected(file.error());
  return find_slack(file->map, handle_->blocksize);
}

}  // namespace

Result<std::unique_ptr<ExtFileSystem>> open_ext2fs(BlockSource& volume) {
  auto file_system = std::make_unique<Ext2FileSystem>(volume);
  if (const auto opened = file_system->open_handle(); !opened)
    return tl::unexpected(opened.error());
  return file_system;
}

}  // namespace pidometer
