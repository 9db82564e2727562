#include "tsk_reader/evidence/residue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/evidence/log_file_impl.h"
#include "tsk_reader/file_system/path_resolver.h"

namespace pidometer {
namespace {

class Area final : public LogFile {
 public:
  Area(BlockSource& source, FileEntry entry, FileMap map)
      : source_(source), entry_(std::move(entry)), map_(std::move(map)) {}

  const FileEntry& entry() const override { return entry_; }
  Result<std::unique_ptr<ByteStream>> open(StreamForm) const override {
    return make_extent_stream(source_, map_);
  }
  std::optional<std::string> sha256() const override { return std::nullopt; }

 private:
  BlockSource& source_;
  FileEntry entry_;
  FileMap map_;
};

std::string_view area_name(RecoveryMethod method) {
  return method == RecoveryMethod::carved_slack ? "slack" : "unallocated";
}

/// A directory of that path, whatever the links on the way.
std::optional<FileNode> directory_at(FileSystem& file_system, std::string_view path) {
  const auto place = resolve_path(file_system, path);
  if (!place || !place->node || place->node->kind != NodeKind::directory) return std::nullopt;
  return place->node;
}

void take_newer(Recovery& like, const FileNode& node, std::string_view path) {
  if (!node.modified || (like.newest && *like.newest >= *node.modified)) return;
  like.newest = node.modified;
  like.newest_words = fmt::format("modification time of {}", path);
}

std::unique_ptr<LogFile> deleted_file(const ResidueVolume& volume, const std::string& folder,
                                      DeletedFile&& file, Recovery recovery) {
  FileEntry entry;
  entry.path = file.name.empty() ? fmt::format("(deleted inode {})", file.node.inode)
                                 : fmt::format("{}/{}", folder, file.name);
  entry.display_name = fmt::format("{}:{}", volume.file_system.type_indicator(), entry.path);
  entry.size = file.map.size;
  entry.modified = file.node.modified;
  entry.inode = file.node.inode;
  entry.path_spec = volume.source.path_spec();
  PathSpecLayer layer;
  layer.type_indicator = std::string(volume.file_system.type_indicator());
  layer.location = entry.path;
  layer.inode = file.node.inode;
  entry.path_spec.insert(entry.path_spec.begin(), std::move(layer));
  std::vector<ByteRange> ranges;
  for (const FileExtent& extent : file.map.extents)
    ranges.push_back({extent.source, extent.source + extent.length});
  recovery.method = file.method;
  recovery.block_size = volume.file_system.block_size();
  const std::vector<ImageExtent> places = image_extents(volume.source, ranges, recovery.of_volume);
  // Those count through the extents; the file has holes.
  std::size_t place = 0;
  std::uint64_t passed = 0;
  for (const FileExtent& extent : file.map.extents) {
    const std::uint64_t end = passed + extent.length;
    for (; place < places.size() && places[place].begin < end; ++place)
      recovery.extents.push_back({extent.begin + (places[place].begin - passed),
                                  places[place].length, places[place].image});
    passed = end;
  }
  entry.recovery = std::move(recovery);
  BlockSource* source = &volume.source;
  return make_log_file(std::move(entry), [source, map = std::move(file.map)] {
    return Result<std::unique_ptr<ByteStream>>(make_extent_stream(*source, map));
  });
}

void add_deleted_files(const ResidueVolume& volume, Residue& residue, const Recovery& like,
                       std::span<const std::uint64_t> directories,
                       std::span<const std::string_view> globs) {
  auto files = volume.file_system.deleted_files(directories);
  if (!files) {
    Warning warning;
    warning.kind = WarningKind::unsupported;
    warning.message =
        fmt::format("its deleted files are not looked for: {}{}{}", files.error().message,
                    files.error().reason.empty() ? "" : ": ", files.error().reason);
    residue.warnings.push_back(std::move(warning));
    return;
  }
  for (DeletedFile& file : *files)
    if (file.name.empty() || name_matches(file.name, globs, volume.file_system.folds_case()))
      residue.files.push_back(deleted_file(volume, residue.folder, std::move(file), like));
}

}  // namespace

Residue find_residue(ResidueVolume volume, std::span<const std::string_view> folders,
                     std::span<const std::string_view> globs) {
  Residue residue;
  FileSystem& file_system = volume.file_system;
  Recovery like;
  std::vector<std::uint64_t> directories;
  for (const std::string_view folder : folders) {
    std::string_view above = folder.substr(0, folder.rfind('/'));
    for (const std::string_view path : {folder, above}) {
      if (path.empty()) continue;  // every volume has a root
      const auto node = directory_at(file_system, path);
      if (!node) continue;
      if (residue.folder.empty()) residue.folder = folder;
      if (path == folder) directories.push_back(node->inode);
      take_newer(like, *node, path);
    }
  }
  if (residue.folder.empty()) return residue;

  std::vector<ByteRange> slack;
  std::vector<Warning> told_before;  // by find_logs()
  for (const FoundFolder& folder : find_log_files(file_system, folders, globs, told_before))
    for (const FoundFile& file : folder.files) {
      take_newer(like, file.node, file.path);
      if (const auto ranges = file_system.slack(file.node.inode))
        slack.insert(slack.end(), ranges->begin(), ranges->end());
    }
  add_deleted_files(volume, residue, like, directories, globs);
  const auto add_areas = [&](RecoveryMethod method, std::span<const ByteRange> ranges) {
    like.method = method;
    for (auto& area : make_areas(volume, like, ranges)) residue.files.push_back(std::move(area));
  };
  const auto free = file_system.unallocated();
  if (free) {
    add_areas(RecoveryMethod::carved_unallocated, *free);
  } else {
    Warning warning;
    warning.kind = WarningKind::unsupported;
    warning.message = fmt::format("its free space is not searched for deleted lines: {}{}{}",
                                  free.error().message, free.error().reason.empty() ? "" : ": ",
                                  free.error().reason);
    residue.warnings.push_back(std::move(warning));
  }
  std::sort(slack.begin(), slack.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
  add_areas(RecoveryMethod::carved_slack, slack);
  return residue;
}

std::vector<ImageExtent> image_extents(BlockSource& volume, std::span<const ByteRange> ranges,
                                       bool& of_volume) {
  std::vector<ImageExtent> extents;
  std::uint64_t at = 0;
  of_volume = false;
  for (const ByteRange& range : ranges) {
    for (std::uint64_t begin = range.begin; begin < range.end && !of_volume;) {
      const auto place = volume.image_place(begin);
      of_volume = !place || place->length == 0;
      if (of_volume) break;
      const std::uint64_t length = std::min(range.end - begin, place->length);
      extents.push_back({at, length, place->offset});
      begin += length;
      at += length;
    }
    if (of_volume) break;
  }
  if (!of_volume) return extents;
  extents.clear();
  at = 0;
  for (const ByteRange& range : ranges) {
    extents.push_back({at, range.end - range.begin, range.begin});
    at += range.end - range.begin;
  }
  return extents;
}

std::vector<std::unique_ptr<LogFile>> make_areas(const ResidueVolume& volume, const Recovery& like,
                                                 std::span<const ByteRange> ranges) {
  std::vector<std::unique_ptr<LogFile>> areas;
  while (!ranges.empty()) {
    const auto part = ranges.first(std::min(ranges.size(), kMostAreaExtents));
    ranges = ranges.subspan(part.size());
    FileMap map;
    for (const ByteRange& range : part) {
      map.add({map.size, range.end - range.begin, range.begin});
      map.size += range.end - range.begin;
    }
    FileEntry entry;
    entry.path = fmt::format("({})", area_name(like.method));
    entry.display_name = fmt::format("{}:{}", volume.file_system.type_indicator(), entry.path);
    entry.path_spec = volume.image_spec;
    entry.size = map.size;
    Recovery recovery = like;
    recovery.is_area = true;
    recovery.block_size = volume.file_system.block_size();
    recovery.extents = image_extents(volume.source, part, recovery.of_volume);
    entry.recovery = std::move(recovery);
    areas.push_back(std::make_unique<Area>(volume.source, std::move(entry), std::move(map)));
  }
  return areas;
}

}  // namespace pidometer
