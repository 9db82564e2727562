#pragma once

#include <string>
#include <string_view>

#include "plugin/timeline/host_clock.h"

namespace pidometer {

/// zlib's stream (RFC 1950) of the bytes in base64, which a browser unpacks with
/// DecompressionStream('deflate'). Throws std::bad_alloc where memory ends.
std::string pack(std::string_view bytes);

/// The points of a clock as a stream of varints (LEB128), signed numbers in zigzag. A point is
///   its time, in seconds, less that of the point before;
///   its PID less that of the point before, times 4, + 1 where the step to the next point was
///   judged, + 2 where it stands apart from the point before;
///   where judged: the unexplained PIDs of the step, rounded.
/// The first point stands against zero.
std::string encode_points(const std::vector<ClockPoint>& points);

}  // namespace pidometer
