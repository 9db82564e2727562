#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "merge/key_types.h"
#include "merge/row_normalizer.h"
#include "merge/row_sorter.h"

namespace pidometer {

/// A line that is in no output, and why.
struct LeftOutLine {
  std::string_view input;  ///< as given
  std::uint64_t line = 0;  ///< from 1
  std::string_view reason;
  std::string_view text;  ///< its bytes, or the first of them
};

/// The line as an object of JSON with its newline: `input`, `line`, `reason`, and the first 512
/// bytes of `text`, escaped as in all rows.
std::string left_out_json(const LeftOutLine& line);

struct MergeOptions {
  bool verbatim = false;  ///< rows stay as they are
  bool dedup = false;     ///< of rows of the same bytes the first one stays
  /// Called before each read, and while a pipe is silent, with all bytes read so far; false: give
  /// up.
  std::function<bool(std::uint64_t bytes)> proceed = [](std::uint64_t) { return true; };
  /// Told all bytes of an input, in order.
  std::function<void(std::string_view bytes)> watch = [](std::string_view) {};
  /// Called for each line that is left out; an Error of it ends the merge.
  std::function<Result<void>(const LeftOutLine&)> left_out = [](const LeftOutLine&) {
    return Result<void>{};
  };
  SorterLimits limits = {};
};

/// How often a remark was made of an input's rows, and where first.
struct RemarkCount {
  RowRemark remark;
  std::uint64_t rows = 0;
  std::uint64_t first_line = 0;
};

/// What became of one input.
struct MergedInput {
  std::string name;  ///< as given
  std::uint64_t rows = 0;
  std::uint64_t left_out = 0;
  std::uint64_t duplicates = 0;  ///< of `rows`, those that are not in the output
  std::array<RemarkCount, 3> remarks{
      {{remark_zone_assumed, 0, 0}, {remark_times_differ, 0, 0}, {remark_bytes_escaped, 0, 0}}};
};

/// Timelines as JSON lines, of any tools, into one: sorted by time; at one instant in the order of
/// the inputs, and of their lines. Memory is bounded, however large the inputs are.
class TimelineMerge {
 public:
  explicit TimelineMerge(MergeOptions options);
  TimelineMerge(const TimelineMerge&) = delete;
  TimelineMerge& operator=(const TimelineMerge&) = delete;

  /// Reads one input. An Error of kind `output` is of a temporary file and ends the merge; any
  /// other is of the input, of which the rows before it stay.
  Result<void> add(const std::string& name);

  /// Hands the rows to `sink`, each with its newline. Once, after the last input.
  Result<void> write(const std::function<Result<void>(std::string_view)>& sink);

  const std::vector<MergedInput>& inputs() const { return inputs_; }
  const KeyTypes& types() const { return types_; }

 private:
  Result<void> take_line(std::string_view line, std::uint64_t number);
  Result<void> leave_out(std::string_view line, std::uint64_t number, std::string_view reason);
  Result<void> write_distinct(const RowSorter::Sink& sink);

  MergeOptions options_;
  KeyTypes types_;
  RowNormalizer normalizer_;
  RowSorter sorter_;
  std::vector<MergedInput> inputs_;
  std::uint64_t bytes_ = 0;  ///< of the inputs before this one
  std::string row_;
};

}  // namespace pidometer
