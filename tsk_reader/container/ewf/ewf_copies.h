#pragma once

#include <filesystem>

#include "tsk_reader/container/ewf/ewf_segment.h"

namespace pidometer {

/// Whether two files are one, or have the same size and the same bytes at both ends.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// Whether one of the two is the beginning of the other, as a copy that was cut short is.
bool is_part_of_same(const EwfSegment& a, const EwfSegment& b);

/// Which of two copies of a segment serves: the one that is whole, of two cut ones the longer.
bool is_better(const EwfSegment& one, const EwfSegment& known);

}  // namespace pidometer
