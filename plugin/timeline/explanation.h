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

/// One interval of a finding, and where its expectation comes from.
struct ExplainedInterval {
  ComparedInterval own;
  double seconds = 0;
  double mean = 0;         ///< expected PIDs, without the level
  double random_mean = 0;  ///< the part of it that varies
  double variance = 0;
  double level = 0;  ///< what the local level adds
  std::string rule;  ///< which intervals are comparable, in words
  std::vector<ComparedInterval> compared;
};

/// All that goes into one finding, so that a person can redo it by hand.
struct Explanation {
  std::vector<ExplainedInterval> intervals;
  double excess = 0;
  double variance = 0;
  double looks = 0;  ///< windows looked at in the log, those that overlap by their share
  double days = 0;   ///< of log that they cover
  double score = 0;  ///< of the window
  std::uint32_t window_intervals = 0;
};

/// The explanation in lines of text, each with its newline.
std::string explanation_text(const Explanation& explanation);

}  // namespace pidometer
