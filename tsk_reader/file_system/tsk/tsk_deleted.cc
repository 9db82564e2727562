#include "tsk_reader/file_system/tsk/tsk_deleted.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "tsk_reader/file_system/tsk/ntfs_resident.h"
#include "tsk_reader/file_system/tsk/tsk_image.h"
#include "tsk_reader/file_system/tsk/tsk_runs.h"
#include "tsk_reader/file_system/tsk/tsk_stream.h"

namespace pidometer {
namespace {

struct DirectoryCloser {
  void operator()(TSK_FS_DIR* directory) const { tsk_fs_dir_close(directory); }
};
using TskDirectory = std::unique_ptr<TSK_FS_DIR, DirectoryCloser>;

/// A log folder has no more; what is beyond is carved.
constexpr std::size_t kMostDeletedFiles = 10'000;
constexpr TSK_INUM_T kMft = 0;

class DeletedFiles {
 public:
  DeletedFiles(TSK_FS_INFO* fs, StructureReader& reader, const RangeSet& free,
               const TskNodeOf& node_of)
      : fs_(fs),
        reader_(reader),
        free_(free),
        node_of_(node_of),
        is_ntfs_(TSK_FS_TYPE_ISNTFS(fs->ftype) != 0) {}

  void look_into(std::uint64_t folder) {
    reader_.start_operation();
    const TskDirectory directory(tsk_fs_dir_open_meta(fs_, folder));
    if (directory == nullptr) {
      take_tsk_error();
      return;  // list() says so
    }
    folder_ = folder;
    const TSK_FS_META* meta = directory->fs_file == nullptr ? nullptr : directory->fs_file->meta;
    folder_sequence_ = meta == nullptr ? 0 : meta->seq;
    const std::size_t count = std::min(tsk_fs_dir_getsize(directory.get()), kMaxDirectoryEntries);
    for (std::size_t i = 0; i < count && out_.files.size() < kMostDeletedFiles; ++i) {
      const TSK_FS_NAME* name = tsk_fs_dir_get_name(directory.get(), i);
      if (name == nullptr || name->name == nullptr || name->name[0] == '\0' ||
          (name->flags & TSK_FS_NAME_FLAG_UNALLOC) == 0)
        continue;
      if (seen_.insert(name->meta_addr).second) take(*name);
    }
  }

  TskDeletedFiles done() {
    if (is_ntfs_) {
      lose_common_claims(out_.files);
    } else {
      // A file that was renamed before it was deleted left two names, and the first that is read
      // has the lines: the longer one, else the one that stands later.
      std::sort(
          out_.files.begin(), out_.files.end(), [](const DeletedFile& a, const DeletedFile& b) {
            return std::pair(a.node.size, a.node.inode) > std::pair(b.node.size, b.node.inode);
          });
    }
    return std::move(out_);
  }

 private:
  void take(const TSK_FS_NAME& name) {
    reader_.start_operation();
    const TskFile file(tsk_fs_file_open_meta(fs_, nullptr, name.meta_addr));
    if (file == nullptr || file->meta == nullptr) {
      take_tsk_error();
      return;
    }
    const TSK_FS_META& meta = *file->meta;
    if ((meta.flags & TSK_FS_META_FLAG_UNALLOC) == 0 || meta.type != TSK_FS_META_TYPE_REG ||
        meta.size <= 0)
      return;
    DeletedFile deleted;
    deleted.name = is_ntfs_ ? own_name(meta, name.name) : name.name;
    if (deleted.name.empty()) return;
    // The first byte of a short name becomes the mark of a deleted one; libtsk shows `_`.
    deleted.lost_initial = !is_ntfs_ && deleted.name.front() == '_';
    deleted.is_guess = !is_ntfs_;
    deleted.node = node_of_(meta);
    const TSK_FS_ATTR* attribute = tsk_fs_file_attr_get(file.get());
    if (attribute == nullptr || attribute->size <= 0) {
      take_tsk_error();
      return;
    }
    if ((attribute->flags & TSK_FS_ATTR_ENC) != 0 || !is_plain_tsk_data(fs_, attribute)) {
      out_.packed.push_back(deleted.name);
      return;
    }
    deleted.node.size = static_cast<std::uint64_t>(attribute->size);
    const bool mapped = (attribute->flags & TSK_FS_ATTR_RES) != 0
                            ? map_resident(meta.addr, *attribute, deleted.map)
                            : map_runs(*attribute, deleted.map);
    if (mapped && !deleted.map.extents.empty()) out_.files.push_back(std::move(deleted));
  }

  /// The name that the record itself has in this folder: the one asked for, else the longest (the
  /// other is its short form). Empty where it has none.
  std::string own_name(const TSK_FS_META& meta, std::string_view wanted) const {
    std::string best;
    for (const TSK_FS_META_NAME_LIST* one = meta.name2; one != nullptr; one = one->next) {
      if (one->par_inode != folder_ || one->par_seq != folder_sequence_) continue;
      const std::string_view text = one->name;
      if (text == wanted) return std::string(text);
      if (text.size() > best.size()) best = text;
    }
    return best;
  }

  bool map_runs(const TSK_FS_ATTR& attribute, FileMap& map) const {
    FileMap was;
    was.size = static_cast<std::uint64_t>(attribute.size);
    const auto told = map_tsk_runs(fs_, &attribute, reader_.size(), was);
    if (!told) return false;
    map.size = was.size;
    for (const DamagedRange& lost : was.lost.all()) map.lost.add(lost.range, lost.reason);
    for (const FileExtent& extent : was.extents)
      add_kept(extent, free_.common({extent.source, extent.source + extent.length}),
               "overwritten since: belongs to a file now", map);
    if (*told < map.size) map.lost.add({*told, map.size}, "where it lay is not known any more");
    map.bound_to(reader_.size());
    return true;
  }

  /// By the raw record; what libtsk made of it has to agree.
  bool map_resident(TSK_INUM_T inode, const TSK_FS_ATTR& attribute, FileMap& map) {
    if (!is_ntfs_ || !read_mft_map()) return false;
    FileMap record_map;
    record_map.size = record_size_;
    record_map.add({0, record_size_, 0});
    std::uint64_t offset = 0;
    if (__builtin_mul_overflow(std::uint64_t{inode}, record_size_, &offset)) return false;
    const auto place = map_through(record_map, mft_, offset);
    std::vector<std::byte> record(record_size_);
    if (!place || !read(*place, record)) return false;
    const auto data = map_ntfs_resident(record);
    if (!data) return false;
    auto mapped = map_through(*data, *place, 0);
    std::vector<std::byte> bytes(data->size);
    if (!mapped || !read(*mapped, bytes)) return false;
    const std::span shown(reinterpret_cast<const std::byte*>(attribute.rd.buf),
                          std::min<std::size_t>(attribute.rd.buf_size, bytes.size()));
    if (attribute.size != static_cast<TSK_OFF_T>(bytes.size()) ||
        !std::equal(shown.begin(), shown.end(), bytes.begin(), bytes.end()))
      return false;
    map = std::move(*mapped);
    return true;
  }

  bool read(const FileMap& map, std::span<std::byte> out) {
    return std::all_of(map.extents.begin(), map.extents.end(), [&](const FileExtent& extent) {
      return reader_.read_at(extent.source, out.subspan(extent.begin, extent.length));
    });
  }

  bool read_mft_map() {
    if (record_size_ > 0) return true;
    std::vector<std::byte> boot(512);
    if (!reader_.read_at(0, boot)) return false;
    const auto size = ntfs_record_size(boot);
    const TskFile file(tsk_fs_file_open_meta(fs_, nullptr, kMft));
    if (!size || file == nullptr || file->meta == nullptr) return false;
    const TSK_FS_ATTR* attribute = tsk_fs_file_attr_get(file.get());
    if (attribute == nullptr || (attribute->flags & TSK_FS_ATTR_NONRES) == 0) return false;
    mft_.size = static_cast<std::uint64_t>(std::max<TSK_OFF_T>(attribute->size, 0));
    if (!map_tsk_runs(fs_, attribute, reader_.size(), mft_)) return false;
    record_size_ = *size;
    return true;
  }

  TSK_FS_INFO* fs_;
  StructureReader& reader_;
  const RangeSet& free_;
  const TskNodeOf& node_of_;
  bool is_ntfs_;
  std::uint64_t folder_ = 0;
  std::uint32_t folder_sequence_ = 0;
  std::uint64_t record_size_ = 0;  ///< 0: not known yet
  FileMap mft_;
  std::set<TSK_INUM_T> seen_;
  TskDeletedFiles out_;
};

}  // namespace

void lose_common_claims(std::vector<DeletedFile>& files) {
  std::vector<ByteRange> claims;
  for (const DeletedFile& file : files)
    for (const FileExtent& extent : file.map.extents)
      claims.push_back({extent.source, extent.source + extent.length});
  std::sort(claims.begin(), claims.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
  std::vector<ByteRange> common;
  std::uint64_t end = 0;
  for (const ByteRange& claim : claims) {
    if (claim.begin < end) common.push_back({claim.begin, std::min(claim.end, end)});
    end = std::max(end, claim.end);
  }
  if (common.empty()) return;
  common = made_disjoint(std::move(common));
  for (DeletedFile& file : files) {
    FileMap map;
    map.size = file.map.size;
    map.missing_tail = file.map.missing_tail;
    for (const DamagedRange& lost : file.map.lost.all()) map.lost.add(lost.range, lost.reason);
    for (const FileExtent& extent : file.map.extents)
      add_kept(extent, ranges_without({{extent.source, extent.source + extent.length}}, common),
               "another deleted file lay there too, and which was the last is not known", map);
    file.map = std::move(map);
  }
  std::erase_if(files, [](const DeletedFile& file) { return file.map.extents.empty(); });
}

TskDeletedFiles tsk_deleted_files(TSK_FS_INFO* fs, StructureReader& reader,
                                  std::span<const std::uint64_t> folders, const RangeSet& free,
                                  const TskNodeOf& node_of) {
  if (TSK_FS_TYPE_ISNTFS(fs->ftype) == 0 && TSK_FS_TYPE_ISFAT(fs->ftype) == 0) return {};
  DeletedFiles files(fs, reader, free, node_of);
  for (const std::uint64_t folder : folders) files.look_into(folder);
  return files.done();
}

}  // namespace pidometer
