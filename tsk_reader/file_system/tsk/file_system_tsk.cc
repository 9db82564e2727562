#include "tsk_reader/file_system/tsk/file_system_tsk.h"

#include <fmt/format.h>
#include <tsk/libtsk.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "tsk_reader/bytes/file_time.h"
#include "tsk_reader/file_system/tsk/tsk_deleted.h"
#include "tsk_reader/file_system/tsk/tsk_image.h"
#include "tsk_reader/file_system/tsk/tsk_runs.h"
#include "tsk_reader/file_system/tsk/tsk_stream.h"
#include "tsk_reader/file_system/tsk/tsk_unallocated.h"

namespace pidometer {
namespace {

struct TypeRow {
  TskFileSystemType type;
  TSK_FS_TYPE_ENUM tsk;
  const char* indicator;  ///< dfVFS has layers of their own for NTFS, FAT and HFS; TSK for the rest
  bool folds_case;        ///< libtsk shows ISO 9660's plain names in capitals
};
constexpr std::array<TypeRow, 6> kTypes{{
    {TskFileSystemType::ntfs, TSK_FS_TYPE_NTFS, "NTFS", true},
    {TskFileSystemType::fat, TSK_FS_TYPE_FAT_DETECT, "FAT", true},
    {TskFileSystemType::exfat, TSK_FS_TYPE_EXFAT, "FAT", true},
    {TskFileSystemType::hfs, TSK_FS_TYPE_HFS_DETECT, "HFS", true},
    {TskFileSystemType::ufs, TSK_FS_TYPE_FFS_DETECT, "TSK", false},
    {TskFileSystemType::iso9660, TSK_FS_TYPE_ISO9660, "TSK", true},
}};

const TypeRow& row_of(TskFileSystemType type) {
  return *std::find_if(kTypes.begin(), kTypes.end(),
                       [&](const TypeRow& row) { return row.type == type; });
}

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_folded(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

NodeKind kind_of(TSK_FS_META_TYPE_ENUM type) {
  switch (type) {
    case TSK_FS_META_TYPE_REG:
      return NodeKind::file;
    case TSK_FS_META_TYPE_DIR:
      return NodeKind::directory;
    case TSK_FS_META_TYPE_LNK:
      return NodeKind::symlink;
    default:
      return NodeKind::other;
  }
}

class TskFileSystem final : public FileSystem {
 public:
  TskFileSystem(BlockSource& volume, TskFileSystemType type)
      : reader_(volume), image_(reader_, volume.size(), 512), row_(row_of(type)) {}
  ~TskFileSystem() override {
    if (fs_ != nullptr) tsk_fs_close(fs_);
  }

  Result<void> open_handle() {
    fs_ = tsk_fs_open_img(image_.info(), 0, row_.tsk);
    if (fs_ == nullptr)
      return fail(ErrorKind::unreadable, "filesystem cannot be opened", take_tsk_error());
    return {};
  }

  std::string_view type_indicator() const override { return row_.indicator; }
  std::string_view reader() const override { return "tsk"; }
  bool folds_case() const override { return row_.folds_case; }
  std::uint64_t size() const override {
    // block_count is the superblock's own word; last_block_act is what libtsk makes of the image.
    std::uint64_t bytes = 0;
    return __builtin_mul_overflow(std::uint64_t{fs_->block_count}, std::uint64_t{fs_->block_size},
                                  &bytes)
               ? kUnknownEnd
               : bytes;
  }
  std::uint64_t root() const override { return fs_->root_inum; }

  Result<FileNode> stat(std::uint64_t inode) override {
    const auto file = open_meta(inode);
    if (!file) return tl::unexpected(file.error());
    return node_of(*(*file)->meta);
  }

  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override {
    reader_.start_operation();
    TSK_FS_DIR* dir = tsk_fs_dir_open_meta(fs_, directory);
    if (dir == nullptr)
      return fail(ErrorKind::unreadable,
                  fmt::format("directory inode {} cannot be read", directory), take_tsk_error());
    std::vector<DirectoryEntry> entries;
    const std::size_t count = std::min(tsk_fs_dir_getsize(dir), kMaxDirectoryEntries);
    for (std::size_t i = 0; i < count; ++i) {
      const TSK_FS_NAME* name = tsk_fs_dir_get_name(dir, i);
      // Deleted names lead to whatever took the inode since.
      if (name == nullptr || name->name == nullptr || (name->flags & TSK_FS_NAME_FLAG_ALLOC) == 0)
        continue;
      const std::string_view text = name->name;
      if (text.empty() || text == "." || text == "..") continue;
      entries.push_back({std::string(text), name->meta_addr});
    }
    tsk_fs_dir_close(dir);
    return entries;
  }

  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override {
    const auto entries = list(directory);
    if (!entries) return tl::unexpected(entries.error());
    for (const DirectoryEntry& entry : *entries)
      if (entry.name == name) return entry.inode;
    if (row_.folds_case)
      for (const DirectoryEntry& entry : *entries)
        if (same_folded(entry.name, name)) return entry.inode;
    return std::nullopt;
  }

  Result<std::string> read_link(std::uint64_t inode) override {
    const auto file = open_meta(inode);
    if (!file) return tl::unexpected(file.error());
    if ((*file)->meta->link == nullptr)
      return fail(ErrorKind::unreadable, fmt::format("inode {} is no symbolic link", inode));
    return std::string((*file)->meta->link);
  }

  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override {
    auto file = open_meta(inode);
    if (!file) return tl::unexpected(file.error());
    if (kind_of((*file)->meta->type) != NodeKind::file)
      return fail(ErrorKind::unreadable, fmt::format("inode {} is no regular file", inode));
    return make_tsk_stream(std::move(*file), reader_);
  }

  Result<std::vector<ByteRange>> unallocated() override {
    auto free = tsk_unallocated(fs_, reader_);
    if (!free) return tl::unexpected(free.error());
    if (!free->complete) {
      Warning warning;
      warning.kind = WarningKind::unsupported;
      warning.message = fmt::format(
          "the free space is in more than {} pieces; the rest is not searched", kMostTskFreeRanges);
      warnings_.push_back(std::move(warning));
    }
    return std::move(free->ranges);
  }

  Result<std::vector<ByteRange>> slack(std::uint64_t inode) override {
    const auto file = open_meta(inode);
    if (!file) return tl::unexpected(file.error());
    const TSK_FS_ATTR* attribute = tsk_fs_file_attr_get(file->get());
    if (attribute == nullptr) {
      take_tsk_error();
      return std::vector<ByteRange>{};
    }
    return tsk_slack(fs_, attribute, reader_.size());
  }

  Result<std::vector<DeletedFile>> deleted_files(std::span<const std::uint64_t> folders) override {
    auto free = tsk_unallocated(fs_, reader_);
    // Without it nothing tells whose a block is now. unallocated() says that it is not known.
    if (!free) return std::vector<DeletedFile>{};
    TskDeletedFiles found =
        tsk_deleted_files(fs_, reader_, folders, RangeSet(std::move(free->ranges)),
                          [this](const TSK_FS_META& meta) { return node_of(meta); });
    for (const std::string& name : found.packed) {
      Warning warning;
      warning.kind = WarningKind::unsupported;
      warning.message = fmt::format(
          "the deleted file {} is compressed or encrypted by its filesystem and is not recovered",
          name);
      warnings_.push_back(std::move(warning));
    }
    return std::move(found.files);
  }

  std::uint32_t block_size() const override { return fs_->block_size; }

  const std::vector<Warning>& warnings() const override { return warnings_; }
  const std::vector<DamagedRange>& structure_damage() const override {
    return reader_.damage().all();
  }

 private:
  Result<TskFile> open_meta(std::uint64_t inode) {
    reader_.start_operation();
    TskFile file(tsk_fs_file_open_meta(fs_, nullptr, inode));
    if (file == nullptr || file->meta == nullptr)
      return fail(ErrorKind::unreadable, fmt::format("inode {} cannot be read", inode),
                  take_tsk_error());
    return file;
  }

  FileNode node_of(const TSK_FS_META& meta) const {
    FileNode node;
    node.inode = meta.addr;
    node.kind = kind_of(meta.type);
    node.size = static_cast<std::uint64_t>(std::max<TSK_OFF_T>(meta.size, 0));
    if (meta.mtime != 0) node.modified = file_time(utc_of(meta.mtime), meta.mtime_nano);
    if (meta.ctime != 0) node.changed = file_time(utc_of(meta.ctime), meta.ctime_nano);
    if (meta.crtime != 0) node.created = file_time(utc_of(meta.crtime), meta.crtime_nano);
    return node;
  }

  /// FAT keeps wall clock times, and libtsk converts them with the examiner's own zone; undone
  /// here, so that the same image gives the same answer everywhere. They count as UTC.
  time_t utc_of(time_t time) const {
    if (row_.type != TskFileSystemType::fat && row_.type != TskFileSystemType::exfat) return time;
    std::tm local{};
    if (localtime_r(&time, &local) == nullptr) return time;
    return timegm(&local);
  }

  StructureReader reader_;
  TskImage image_;
  TypeRow row_;
  TSK_FS_INFO* fs_ = nullptr;
  std::vector<Warning> warnings_;
};

}  // namespace

Result<std::unique_ptr<FileSystem>> open_tsk_file_system(BlockSource& volume,
                                                         TskFileSystemType type) {
  auto file_system = std::make_unique<TskFileSystem>(volume, type);
  if (const auto opened = file_system->open_handle(); !opened)
    return tl::unexpected(opened.error());
  return file_system;
}

}  // namespace pidometer
