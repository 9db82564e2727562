#pragma once

#include <span>

#include "base/result.h"
#include "cli/options.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Refuses outputs that are an input or lie in one (evidence is never written), and rows and
/// summary in the same file.
Result<void> check_output_names(const Options& options, std::span<const InputGroup> groups);

}  // namespace pidometer
