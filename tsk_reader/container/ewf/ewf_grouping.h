#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/warning.h"
#include "tsk_reader/container/ewf/ewf_segment.h"

namespace pidometer {

/// Segments that belong together, sorted by number, each number once.
struct EwfGroup {
  std::vector<EwfSegment> segments;
  std::size_t first_given = 0;    ///< index of the earliest of them among the files given
  std::vector<Warning> warnings;  ///< a segment given twice, or one that cannot be chosen
};

/// Groups segment files by the set identifier that they carry. ewfacquire without libuuid writes an
/// identifier of zeros: then the geometry must agree, and two files of the same number in sets that
/// look alike are kept apart by their name's stem. Siblings in the folder of a set that is not
/// complete are added by content. Unreadable files are no group and must not be given.
std::vector<EwfGroup> group_ewf_segments(std::vector<EwfSegment> given);

}  // namespace pidometer
