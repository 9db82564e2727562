#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/evidence/log_finder.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// The volume that is searched for what its live files no longer hold. Both must outlive the files
/// made of it.
struct ResidueVolume {
  FileSystem& file_system;
  BlockSource& source;
  PathSpec image_spec;  ///< the layers of the image itself
  /// Its trees that can be mounted by themselves, where it has more than one: a folder of any of
  /// them counts.
  std::vector<FileSystem*> trees = {};
};

/// What was found of one volume.
struct Residue {
  std::string folder;  ///< where its logs lie or lay; empty: nowhere, and nothing was searched
  std::vector<std::string> journal_folders;  ///< of systemd's journals, below the logs
  std::vector<std::unique_ptr<LogFile>> files;
  std::vector<Warning> warnings;  ///< `volume` is left to the caller
};

/// A volume is searched where one of the folders, or the folder above one, is there. No line of a
/// log can be later than the newest time of its folders and of the live files in them: that dates
/// lines without a year.
Residue find_residue(ResidueVolume volume, std::span<const std::string_view> folders,
                     std::span<const std::string_view> globs);

/// An area with more extents is cut in several: each is opened once for every fragment found in it.
inline constexpr std::size_t kMostAreaExtents = 4096;

/// The ranges of the volume (disjoint, in their order) as areas to be looked through
/// (Recovery::is_area), which are as `like` for the rest: path, method, newest time.
std::vector<std::unique_ptr<LogFile>> make_areas(const ResidueVolume& volume, const FileEntry& like,
                                                 std::span<const ByteRange> ranges);

/// Whether a deleted file may have had a name that one of the globs wants.
bool may_be_wanted(const DeletedFile& file, std::span<const std::string_view> globs,
                   bool fold_case);

/// Where the ranges lie in the image, split where the image does not go on as the volume does.
/// `of_volume` comes back true where that is not known: then they are offsets of the volume.
std::vector<ImageExtent> image_extents(BlockSource& volume, std::span<const ByteRange> ranges,
                                       bool& of_volume);

}  // namespace pidometer
