#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/log_file.h"

namespace pidometer {

/// When a text log's lines between two of its lines were written, whoever wrote them: times since
/// the first one, in order. Lines of no known framing give none, nor do those whose time is of
/// another form. `first` and `last` are offsets into the decoded log; at most 64 MiB are read.
std::vector<std::chrono::microseconds> times_between(const LogFile& file, std::uint64_t first,
                                                     std::uint64_t last);

}  // namespace pidometer
