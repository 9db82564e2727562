#include "tsk_reader/file_system/tsk/tsk_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/tsk/tsk_image.h"
#include "tsk_reader/file_system/tsk/tsk_runs.h"

namespace pidometer {
namespace {

/// Reads through libtsk. Its damage is that of all runs, widened to whole compression units: one
/// bad sector spoils what was packed with it.
class UnpackedTskStream final : public ByteStream {
 public:
  UnpackedTskStream(TskFile file, const TSK_FS_ATTR* attribute, StructureReader& reader,
                    FileMap map)
      : file_(std::move(file)), attribute_(attribute), reader_(reader), map_(std::move(map)) {
    unit_ = std::max<std::uint64_t>(attribute->nrd.compsize, 1) * file_->fs_info->block_size;
  }

  Result<std::size_t> read(std::span<std::byte> out) override {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), map_.size - position_));
    if (count == 0) return std::size_t{0};
    const std::uint64_t damaged_before = reader_.damaged_reads();
    reader_.start_operation();
    const ssize_t got =
        tsk_fs_attr_read(attribute_, static_cast<TSK_OFF_T>(position_),
                         reinterpret_cast<char*>(out.data()), count, TSK_FS_FILE_READ_FLAG_NONE);
    if (got < 0 || static_cast<std::size_t>(got) < count) {
      const auto have = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
      const auto rest = out.subspan(have, count - have);
      std::fill(rest.begin(), rest.end(), std::byte{0});
      damage_.add({position_ + have, position_ + count},
                  fmt::format("libtsk cannot unpack it: {}", take_tsk_error()));
    }
    // Where the runs do not map file offsets (HFS+), any damage met spoils the whole read.
    if (reader_.damaged_reads() != damaged_before && map_.extents.empty())
      damage_.add({position_, position_ + count}, "packed data is damaged");
    note_unit_damage();
    position_ += count;
    return count;
  }

  const std::vector<DamagedRange>& damage() const override { return damage_.all(); }

 private:
  void note_unit_damage() {
    for (const FileExtent& extent : map_.extents) {
      for (const auto& one :
           reader_.source().damage({extent.source, extent.source + extent.length})) {
        const std::uint64_t begin = extent.begin + (one.range.begin - extent.source);
        const std::uint64_t end = extent.begin + (one.range.end - extent.source);
        damage_.add({begin / unit_ * unit_, std::min((end + unit_ - 1) / unit_ * unit_, map_.size)},
                    one.reason);
      }
    }
  }

  TskFile file_;
  const TSK_FS_ATTR* attribute_;  ///< of file_
  StructureReader& reader_;
  FileMap map_;
  std::uint64_t unit_;
  std::uint64_t position_ = 0;
  DamageList damage_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> make_tsk_stream(TskFile file, StructureReader& reader) {
  const auto number = file->meta->addr;
  const TSK_FS_ATTR* attribute = tsk_fs_file_attr_get(file.get());
  if (attribute == nullptr) {
    const std::string reason = take_tsk_error();
    if (file->meta->size == 0) return make_memory_stream({});
    return fail(ErrorKind::unreadable, fmt::format("inode {} has no contents", number), reason);
  }
  if ((attribute->flags & TSK_FS_ATTR_ENC) != 0)
    return fail(ErrorKind::unsupported, fmt::format("inode {} is encrypted", number));
  const auto size = static_cast<std::uint64_t>(std::max<TSK_OFF_T>(attribute->size, 0));
  if ((attribute->flags & TSK_FS_ATTR_RES) != 0 && attribute->r == nullptr) {
    if (size > attribute->rd.buf_size)
      return fail(ErrorKind::unreadable, fmt::format("inode {} is corrupt", number),
                  "its resident data is larger than its record");
    const std::span bytes(reinterpret_cast<const std::byte*>(attribute->rd.buf), size);
    return make_memory_stream({bytes.begin(), bytes.end()});
  }
  const TSK_FS_INFO* fs = file->fs_info;
  FileMap map;
  map.size = size;
  const bool plain = is_plain_tsk_data(fs, attribute);
  if ((attribute->flags & TSK_FS_ATTR_NONRES) != 0 &&
      !map_tsk_runs(fs, attribute, reader.size(), map))
    return fail(ErrorKind::unreadable, fmt::format("inode {} is corrupt", number),
                "it has more blocks than its filesystem");
  if (plain) {
    map.bound_to(reader.size());
    return make_extent_stream(reader.source(), std::move(map));
  }
  // Packed data can be smaller than the file, but not by any factor: NTFS packs 16 clusters to one
  // at best, zlib and LZVN about 1000 to 1.
  constexpr std::uint64_t kBestRatio = 1100;
  if (size / kBestRatio > reader.size())
    return fail(ErrorKind::unreadable, fmt::format("inode {} is corrupt", number),
                "it claims more bytes than its volume can hold");
  return std::make_unique<UnpackedTskStream>(std::move(file), attribute, reader, std::move(map));
}

}  // namespace pidometer
