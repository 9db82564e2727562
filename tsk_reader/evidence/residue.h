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
};

/// What was found of one volume.
struct Residue {
  std::string folder;  ///< where its logs lie or lay; empty: nowhere, and nothing was searched
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

/// The ranges of the volume (sorted, disjoint) as areas to be looked through (Recovery::is_area),
/// with the method and the newest time of `like`.
std::vector<std::unique_ptr<LogFile>> make_areas(const ResidueVolume& volume, const Recovery& like,
                                                 std::span<const ByteRange> ranges);

/// Where the ranges lie in the image, split where the image does not go on as the volume does.
/// `of_volume` comes back true where that is not known: then they are offsets of the volume.
std::vector<ImageExtent> image_extents(BlockSource& volume, std::span<const ByteRange> ranges,
                                       bool& of_volume);

}  // namespace pidometer
