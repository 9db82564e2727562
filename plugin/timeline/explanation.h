#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/pid.h"

namespace pidometer {

/// An interval that one of a finding was compared with.
struct ComparedInterval {
  std::uint32_t line = 0;    ///< of its first record, in the log named by `path`
  std::string path;          ///< empty: that of the finding's first record
  std::string first_record;  ///< verbatim bytes
  std::string last_record;
  Pid first_pid = 0;
  Pid last_pid = 0;
  std::int64_t advance = 0;
};

/// A reading near a finding, as it stands in the log.
struct ShownReading {
  std::string path;
  std::uint32_t line = 0;
  std::string text;       ///< verbatim bytes
  Pid pid = 0;            ///< 0: the line has none
  bool bounding = false;  ///< the finding begins or ends with it
};

/// One step of the arithmetic.
struct Quantity {
  std::string name;  ///< letters, digits and underscores
  double value = 0;
  std::string formula;  ///< of quantities above it, or in words where it comes from
};

/// One interval of a finding, and where its expectation comes from.
struct ExplainedInterval {
  ComparedInterval own;
  double seconds = 0;
  double mean = 0;         ///< expected PIDs, without the level
  double random_mean = 0;  ///< the part of it that varies
  double variance = 0;
  double start_cost = 0;  ///< of the mean: what a start of the cron daemon is taken to have cost
  std::string rule;       ///< which intervals are comparable, in words
  std::vector<ComparedInterval> compared;
  std::size_t compared_count = 0;  ///< how many there are; more than are listed beside the stretch
};

/// All that goes into one finding, so that a person can redo it by hand.
struct Explanation {
  std::vector<ExplainedInterval> intervals;  ///< of the window that was scored
  std::vector<ShownReading> readings;        ///< around the bounding records, in the log's order
  std::vector<Quantity> steps;               ///< in the order in which they are reckoned
  std::string score_of;                      ///< which window was scored, in words; may be empty
};

/// The explanation in lines of text, each with its newline.
std::string explanation_text(const Explanation& explanation);

}  // namespace pidometer
