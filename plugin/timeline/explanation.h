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
  std::vector<std::string> reckoned =
      {};                 ///< steps to the mean and what can vary of it, a line each
  double start_cost = 0;  ///< of the mean: what a start of the cron daemon is taken to have cost
  std::string rule;       ///< which intervals are comparable, in words
  std::vector<ComparedInterval> compared;
  std::size_t compared_count = 0;  ///< how many there are; more than are listed beside the stretch
};

/// A line of the table of a window of several intervals: enough to redo its sums, where the lists
/// of comparable intervals are those of the row's own stretch alone.
struct TabledInterval {
  std::uint32_t finding = 0;  ///< of an activity: number of the finding whose window it is in
  bool own_stretch = false;   ///< of the row itself, not beside it in its window
  std::uint32_t line = 0;     ///< of its first record, in the log named by `path`
  std::string path;
  double seconds = 0;
  std::int64_t handed_out = 0;
  std::size_t compared =
      0;                   ///< comparable intervals, without itself; 0: the next three say nothing
  std::int64_t least = 0;  ///< their range
  std::int64_t most = 0;
  double median = 0;
  std::int64_t usual_low = 0;  ///< what a row's baseline_low and baseline_high are sums of
  std::int64_t usual_high = 0;
  double mean = 0;  ///< expected PIDs, without the level
};

/// The intervals of a window, or of those of an activity's findings.
struct IntervalTable {
  /// Lines of the table. The widest window has 128 intervals (kWindowWidths), so that only an
  /// activity's can be more.
  static constexpr std::size_t kMostLines = 256;

  std::vector<TabledInterval> lines;
  std::size_t left_out = 0;     ///< intervals behind the last line
  std::int64_t handed_out = 0;  ///< sums over all of them, those left out too
  double mean = 0;
};

/// All that goes into one finding, so that a person can redo it by hand.
struct Explanation {
  std::vector<ExplainedInterval> intervals;  ///< of the window that was scored
  IntervalTable table;                       ///< empty for a single interval
  std::vector<ShownReading> readings;        ///< around the bounding records, in the log's order
  std::vector<Quantity> steps;               ///< in the order in which they are reckoned
  std::string score_of;                      ///< which window was scored, in words; may be empty
};

/// The explanation in lines of text, each with its newline.
std::string explanation_text(const Explanation& explanation);

}  // namespace pidometer
