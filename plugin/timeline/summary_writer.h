#pragma once

#include <string>

#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// The version of the summary's form; schemas/README.md says what a change of it means.
inline constexpr int kSummaryFormVersion = 1;

/// The summary as one JSON document, indented by two, ending in a newline; schemas/ has its schema.
std::string write_summary(const RunSummary& summary);

}  // namespace pidometer
