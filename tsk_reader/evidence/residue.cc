#include "tsk_reader/evidence/residue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/journal_entry.h"
#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/evidence/log_file_impl.h"
#include "tsk_reader/file_system/path_resolver.h"
#include "tsk_reader/file_system/range_set.h"

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
  Result<std::unique_ptr<ByteStream>> open_part(ByteRange part, StreamForm form) const override {
    FileMap map;
    for (const FileExtent& extent : map_.extents) {
      const std::uint64_t begin = std::max(part.begin, extent.begin);
      const std::uint64_t end = std::min(part.end, extent.begin + extent.length);
      if (begin >= end) continue;
      map.add({map.size, end - begin, extent.source + (begin - extent.begin)});
      map.size += end - begin;
    }
    FileEntry entry = entry_;
    entry.size = map.size;
    BlockSource* source = &source_;
    return make_log_file(
               std::move(entry),
               [source, map = std::move(map)] {
                 return Result<std::unique_ptr<ByteStream>>(make_extent_stream(*source, map));
               })
        ->open(form);
  }
  std::optional<std::string> sha256() const override { return std::nullopt; }

 private:
  BlockSource& source_;
  FileEntry entry_;
  FileMap map_;
};

FileEntry area_entry(const ResidueVolume& volume, Recovery like, RecoveryMethod method) {
  FileEntry entry;
  entry.path = method == RecoveryMethod::carved_slack ? "(slack)" : "(unallocated)";
  entry.display_name = fmt::format("{}:{}", volume.file_system.type_indicator(), entry.path);
  entry.path_spec = volume.image_spec;
  like.method = method;
  entry.recovery = std::move(like);
  return entry;
}

/// A directory of that path, whatever the links on the way.
std::optional<FileNode> directory_at(FileSystem& file_system, std::string_view path) {
  const auto place = resolve_path(file_system, path);
  if (!place || !place->node || place->node->kind != NodeKind::directory) return std::nullopt;
  return place->node;
}

/// Folders LOGS/journal/MACHINE-ID, where names of deleted journals stand.
std::vector<std::string> add_journal_folders(FileSystem& file_system, std::string_view logs,
                                             std::vector<std::uint64_t>& directories) {
  constexpr std::size_t kMostMachines = 100;  // a host has one ID, a container each its own
  std::vector<std::string> paths;
  const std::string above = std::string(logs) + "/journal";
  const auto journals = directory_at(file_system, above);
  if (!journals) return paths;
  const auto machines = file_system.list(journals->inode);
  if (!machines) return paths;
  for (const DirectoryEntry& machine : *machines) {
    if (machine.name.starts_with('.') || paths.size() >= kMostMachines) continue;
    std::string path = above + '/' + machine.name;
    const auto node = directory_at(file_system, path);
    if (!node) continue;
    directories.push_back(node->inode);
    paths.push_back(std::move(path));
  }
  return paths;
}

void take_newer(Recovery& like, const FileNode& node, std::string_view path) {
  if (!node.modified || (like.newest && *like.newest >= *node.modified)) return;
  like.newest = node.modified;
  like.newest_words = fmt::format("modification time of {}", path);
}

FileEntry deleted_entry(const ResidueVolume& volume, const std::string& folder,
                        const DeletedFile& file, Recovery like) {
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
  like.method = file.method;
  like.block_size = volume.file_system.block_size();
  entry.recovery = std::move(like);
  return entry;
}

std::vector<ByteRange> ranges_of(const FileMap& map) {
  std::vector<ByteRange> ranges;
  for (const FileExtent& extent : map.extents)
    ranges.push_back({extent.source, extent.source + extent.length});
  return ranges;
}

std::unique_ptr<LogFile> deleted_file(const ResidueVolume& volume, FileEntry entry, FileMap map) {
  Recovery& recovery = *entry.recovery;
  const std::vector<ImageExtent> places =
      image_extents(volume.source, ranges_of(map), recovery.of_volume);
  // Those count through the extents; the file has holes.
  std::size_t place = 0;
  std::uint64_t passed = 0;
  for (const FileExtent& extent : map.extents) {
    const std::uint64_t end = passed + extent.length;
    for (; place < places.size() && places[place].begin < end; ++place)
      recovery.extents.push_back({extent.begin + (places[place].begin - passed),
                                  places[place].length, places[place].image});
    passed = end;
  }
  BlockSource* source = &volume.source;
  return make_log_file(std::move(entry), [source, map = std::move(map)] {
    return Result<std::unique_ptr<ByteStream>>(make_extent_stream(*source, map));
  });
}

void add_deleted_files(const ResidueVolume& volume, Residue& residue, Recovery& like,
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
  std::erase_if(*files, [&](const DeletedFile& file) {
    return !may_be_wanted(file, globs, volume.file_system.folds_case());
  });
  // FAT leaves the time of a folder alone: then they are what is newest.
  for (const DeletedFile& file : *files)
    if (!file.name.empty())
      take_newer(like, file.node, fmt::format("{}/{}", residue.folder, file.name));
  for (DeletedFile& file : *files) {
    // Of several machines' folders it is not known which one had the name.
    const bool in_journals = residue.journal_folders.size() == 1 && has_journal_name(file.name);
    FileEntry entry = deleted_entry(
        volume, in_journals ? residue.journal_folders.front() : residue.folder, file, like);
    if (!file.is_guess) {
      residue.files.push_back(deleted_file(volume, std::move(entry), std::move(file.map)));
      continue;
    }
    // Its time is not that of whatever else may lie in the blocks.
    entry.modified.reset();
    for (auto& area : make_areas(volume, entry, ranges_of(file.map)))
      residue.files.push_back(std::move(area));
  }
}

}  // namespace

Residue find_residue(ResidueVolume volume, std::span<const std::string_view> folders,
                     std::span<const std::string_view> globs) {
  Residue residue;
  FileSystem& file_system = volume.file_system;
  Recovery like;
  std::vector<std::uint64_t> directories;
  std::vector<ByteRange> slack;
  std::vector<FileSystem*> trees = volume.trees;
  if (trees.empty()) trees.push_back(&file_system);
  std::size_t first = folders.size();
  for (FileSystem* tree : trees) {
    bool has_folder = false;
    for (std::size_t i = 0; i < folders.size(); ++i) {
      const std::string_view folder = folders[i];
      for (const std::string_view path : {folder, folder.substr(0, folder.rfind('/'))}) {
        // Every tree has a root.
        if (path.empty() || (path == "/" && trees.size() > 1)) continue;
        const auto node = directory_at(*tree, path);
        if (!node) continue;
        has_folder = true;
        first = std::min(first, i);
        if (path == folder) directories.push_back(node->inode);
        if (path == folder)
          for (std::string& journals : add_journal_folders(*tree, folder, directories))
            residue.journal_folders.push_back(std::move(journals));
        take_newer(like, *node, path);
      }
    }
    std::vector<Warning> told_before;  // by find_logs()
    for (const FoundFolder& folder : find_log_files(*tree, folders, globs, told_before))
      for (const FoundFile& file : folder.files) {
        has_folder = true;
        take_newer(like, file.node, file.path);
        if (const auto ranges = file_system.slack(file.node.inode))
          slack.insert(slack.end(), ranges->begin(), ranges->end());
      }
    if (has_folder && residue.folder.empty()) residue.folder = folders.back();
  }
  if (residue.folder.empty()) return residue;
  if (first < folders.size()) residue.folder = folders[first];
  add_deleted_files(volume, residue, like, directories, globs);
  const auto add_areas = [&](RecoveryMethod method, std::span<const ByteRange> ranges) {
    for (auto& area : make_areas(volume, area_entry(volume, like, method), ranges))
      residue.files.push_back(std::move(area));
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
  // Files that share blocks share what lies behind their ends.
  slack = made_disjoint(std::move(slack));
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

std::vector<std::unique_ptr<LogFile>> make_areas(const ResidueVolume& volume, const FileEntry& like,
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
    FileEntry entry = like;
    entry.size = map.size;
    Recovery& recovery = *entry.recovery;
    recovery.is_area = true;
    recovery.block_size = volume.file_system.block_size();
    recovery.extents = image_extents(volume.source, part, recovery.of_volume);
    areas.push_back(std::make_unique<Area>(volume.source, std::move(entry), std::move(map)));
  }
  return areas;
}

bool may_be_wanted(const DeletedFile& file, std::span<const std::string_view> globs,
                   bool fold_case) {
  if (file.name.empty() || name_matches(file.name, globs, fold_case)) return true;
  return file.lost_initial && std::any_of(globs.begin(), globs.end(), [&](std::string_view glob) {
           return !glob.empty() &&
                  name_matches(glob.front() + file.name.substr(1), std::span(&glob, 1), fold_case);
         });
}

}  // namespace pidometer
