#pragma once

#include <string>

#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// The learnt schedule of one host as a table for people; also what it does without a line.
std::string schedule_table(const SummarySeries& series);

/// The same as lines of a crontab (crontab(5)), the cost of each in a comment above it.
std::string schedule_crontab(const SummarySeries& series);

/// One JSON object with its newline: `input`, `volume`, `folder`, `hostname`, `coverage`, and
/// `schedule` and `periodic_sources` as in the summary.
std::string schedule_jsonl(const SummarySeries& series);

}  // namespace pidometer
