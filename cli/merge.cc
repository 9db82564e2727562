#include "cli/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/interrupt.h"
#include "cli/output_file.h"
#include "cli/output_names.h"
#include "cli/real_path.h"
#include "merge/timeline_merge.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

/// Lines of one input that are named on the terminal: enough to see a pattern.
constexpr std::uint64_t kNamedLines = 5;
/// Keys of several types that are named.
constexpr std::size_t kNamedKeys = 20;

std::string shown(const std::string& name) {
  return name == "-" ? "standard input" : name;
}

struct MergeOutputs {
  OutputFile rows;
  std::optional<OutputFile> left_out;
};

Result<MergeOutputs> create_outputs(const Options& options) {
  Result<OutputFile> rows = OutputFile::create(options.output, options.force);
  if (!rows) return tl::unexpected(rows.error());
  MergeOutputs outputs{std::move(*rows), std::nullopt};
  if (options.left_out.empty()) return outputs;
  Result<OutputFile> left_out = OutputFile::create(options.left_out, options.force);
  if (!left_out) return tl::unexpected(left_out.error());
  outputs.left_out.emplace(std::move(*left_out));
  return outputs;
}

std::string_view remark_words(RowRemark remark) {
  switch (remark) {
    case remark_zone_assumed:
      return "a datetime without an offset, which was taken for UTC";
    case remark_times_differ:
      return "a timestamp that is another instant than their datetime; they stand by their "
             "datetime";
    case remark_bytes_escaped:
      return "bytes that are no text; they were written as \\xNN";
  }
  return {};
}

void say_what_became(const MergedInput& input, const Options& options, Diagnostics& diagnostics) {
  if (input.left_out > kNamedLines)
    diagnostics.warning(fmt::format("{}: {} more were left out{}", shown(input.name),
                                    counted_words(input.left_out - kNamedLines, "line"),
                                    options.left_out.empty() ? "; --left-out FILE lists them"
                                                             : " and are in " + options.left_out));
  for (const RemarkCount& count : input.remarks)
    if (count.rows > 0)
      diagnostics.warning(fmt::format("{}: {} with {} (first: line {})", shown(input.name),
                                      counted_words(count.rows, "row"), remark_words(count.remark),
                                      count.first_line));
}

/// What Timesketch would stumble over, though each row is right.
void say_types(const TimelineMerge& merge, Diagnostics& diagnostics) {
  const auto place = [&merge](const KeyTypes::Seen& seen) {
    return fmt::format("{} ({} line {})", json_type_name(seen.type),
                       shown(merge.inputs()[seen.place.input].name), seen.place.line);
  };
  const std::vector<KeyTypes::Conflict> conflicts = merge.types().conflicts();
  for (std::size_t i = 0; i < std::min(conflicts.size(), kNamedKeys); ++i) {
    std::string words;
    for (const KeyTypes::Seen& seen : conflicts[i].types)
      words += (words.empty() ? "" : ", ") + place(seen);
    diagnostics.warning(fmt::format(
        "the key {} has several types: {}; Timesketch takes the one it meets first and may refuse "
        "rows of another",
        conflicts[i].key, words));
  }
  if (conflicts.size() > kNamedKeys)
    diagnostics.warning(fmt::format("{} have several types",
                                    counted_words(conflicts.size() - kNamedKeys, "more key")));
  if (merge.types().keys() > KeyTypes::kTimesketchKeys)
    diagnostics.warning(fmt::format("the rows have {}; Timesketch takes about {}",
                                    counted_words(merge.types().keys(), "key"),
                                    KeyTypes::kTimesketchKeys));
  if (merge.types().incomplete())
    diagnostics.warning(fmt::format(
        "there are more than {} keys, or longer ones than {} bytes; not all types were compared",
        with_thousands(KeyTypes::kMostKeys), KeyTypes::kLongestKey));
}

Result<void> write_outputs(TimelineMerge& merge, MergeOutputs& outputs, Diagnostics& diagnostics) {
  diagnostics.clear_progress();
  Result<void> written = merge.write([&outputs](std::string_view row) -> Result<void> {
    if (interrupted()) return fail(ErrorKind::output, "interrupted while writing the rows");
    return outputs.rows.write(row);
  });
  if (written) written = outputs.rows.commit();
  return written;
}

struct Totals {
  std::uint64_t rows = 0;  ///< that were read
  std::uint64_t left_out = 0;
  std::uint64_t duplicates = 0;
};

Totals totals_of(const TimelineMerge& merge) {
  Totals totals;
  for (const MergedInput& input : merge.inputs()) {
    totals.rows += input.rows;
    totals.left_out += input.left_out;
    totals.duplicates += input.duplicates;
  }
  return totals;
}

std::string closing_line(const TimelineMerge& merge, double seconds) {
  const Totals totals = totals_of(merge);
  return fmt::format(
      "{}, {}, {} left out, {} dropped in {:.1f} s", counted_words(merge.inputs().size(), "input"),
      counted_words(totals.rows - totals.duplicates, "row"), counted_words(totals.left_out, "line"),
      counted_words(totals.duplicates, "duplicate"), seconds);
}

/// What a run went through.
struct MergeOutcome {
  std::uint64_t inputs_failed = 0;
  bool output_failed = false;
  bool gave_up = false;  ///< an interrupt came before the rows had their name

  ExitStatus status(const TimelineMerge& merge, const Options& options) const {
    const Totals totals = totals_of(merge);
    if (gave_up) return exit_interrupted;
    if (output_failed || merge.inputs().empty() || (totals.rows == 0 && totals.left_out > 0))
      return exit_nothing;
    if (totals.left_out == 0 && inputs_failed == 0) return exit_complete;
    return options.partial_ok ? exit_complete : exit_partial;
  }
};

/// Standard output has what went there before.
std::string gave_up_line(const Options& options, bool writing) {
  const bool in_place = options.output.empty() || options.output == "-";
  return writing && in_place ? "interrupted; the rows that were written are not all"
                             : "interrupted; nothing was written";
}

/// All its rows would be there twice; with --dedup they are not, and it is no fault.
void say_what_is_given_twice(const std::vector<std::string>& inputs, Diagnostics& diagnostics) {
  std::set<std::filesystem::path> seen;
  for (const std::string& name : inputs)
    if (!seen.insert(real_path(name)).second)
      diagnostics.warning(shown(name) + " is given more than once, and so are its rows");
}

Result<void> check_arguments(const Options& options) {
  if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 1)
    return fail(ErrorKind::usage, "standard input can be read only once", {}, "give - once");
  return check_output_names(options, {});
}

}  // namespace

ExitStatus run_merge(const Options& options, Diagnostics& diagnostics) {
  const auto start = std::chrono::steady_clock::now();
  if (Result<void> checked = check_arguments(options); !checked) {
    diagnostics.error(checked.error());
    return exit_usage;
  }
  Result<MergeOutputs> outputs = create_outputs(options);
  if (!outputs) {
    diagnostics.error(outputs.error());
    return outputs.error().kind == ErrorKind::usage ? exit_usage : exit_nothing;
  }
  if (!options.dedup) say_what_is_given_twice(options.inputs, diagnostics);
  std::uint64_t named = 0;  // lines of the input that is read
  MergeOptions merging;
  merging.verbatim = options.verbatim;
  merging.dedup = options.dedup;
  merging.proceed = [&](std::uint64_t bytes) {
    diagnostics.progress(fmt::format("{} MB read", bytes / 1'000'000));
    return !interrupted();
  };
  merging.left_out = [&](const LeftOutLine& line) -> Result<void> {
    if (++named <= kNamedLines)
      diagnostics.warning(fmt::format("{}: line {}: left out: {}", shown(std::string(line.input)),
                                      line.line, line.reason));
    return outputs->left_out ? outputs->left_out->write(left_out_json(line)) : Result<void>{};
  };
  TimelineMerge merge(std::move(merging));
  MergeOutcome outcome;
  for (const std::string& name : options.inputs) {
    named = 0;
    const Result<void> added = merge.add(name);
    if (!added) {
      diagnostics.error(added.error());
      ++outcome.inputs_failed;
      outcome.output_failed = added.error().kind == ErrorKind::output;
    }
    outcome.gave_up = interrupted();
    if (outcome.gave_up || outcome.output_failed) break;
  }
  for (const MergedInput& input : merge.inputs()) say_what_became(input, options, diagnostics);
  say_types(merge, diagnostics);
  const bool read = !outcome.gave_up && !outcome.output_failed;
  if (read && outcome.status(merge, options) != exit_nothing) {
    const Result<void> written = write_outputs(merge, *outputs, diagnostics);
    outcome.gave_up = !written && interrupted();
    if (!written && !outcome.gave_up) diagnostics.error(written.error());
    outcome.output_failed = !written;
  }
  // What is not in a timeline is of no use without it.
  const bool whole = read && !outcome.output_failed;
  if (whole && outputs->left_out)
    if (Result<void> written = outputs->left_out->commit(); !written) {
      diagnostics.error(written.error());
      outcome.output_failed = true;
    }
  if (whole && !outcome.output_failed && !merge.inputs().empty() &&
      outcome.status(merge, options) == exit_nothing)
    diagnostics.error(Error{ErrorKind::not_evidence,
                            "no row could be read",
                            {},
                            "give timelines as JSON lines, one object a line"});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  diagnostics.note(outcome.gave_up ? gave_up_line(options, read)
                                   : closing_line(merge, took.count()));
  return outcome.status(merge, options);
}

}  // namespace pidometer
