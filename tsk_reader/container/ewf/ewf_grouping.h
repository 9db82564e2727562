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

/// Groups segment files by the set identifier that they carry, whatever their names; siblings in
/// the folder of a set that is not complete are added. ewfacquire without libuuid writes an
/// identifier of zeros: then segments are of one image where folder and name are the same but for
/// the extension, and the geometry agrees. What has another name fills no hole of such a set; a
/// file that could is named. Unreadable files are no group and must not be given.
std::vector<EwfGroup> group_ewf_segments(std::vector<EwfSegment> given);

}  // namespace pidometer
