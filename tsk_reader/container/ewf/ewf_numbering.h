#pragma once

#include <span>
#include <vector>

#include "tsk_reader/container/ewf/ewf_segment.h"

namespace pidometer {

/// Corrects the number of a segment whose file header contradicts its name, where the name's number
/// is free and the other segments of that name (of `segments` and of `others`, which may hold the
/// same files) agree with theirs: one wrong byte there would make a hole of all that follows. What
/// was corrected has that in its `damage`. Names that say nothing change nothing.
void mend_segment_numbers(std::vector<EwfSegment>& segments,
                          std::span<const EwfSegment> others = {});

}  // namespace pidometer
