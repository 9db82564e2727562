#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/scan_mediator.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// As --as has it.
std::string_view input_kind_name(InputKind kind);

/// A summary with program, libraries and the options in force; nothing read yet.
RunSummary start_summary(const Options& options);

/// How the evidence is to be read: with --step-limit, until Ctrl-C.
ReaderOptions reader_options(const Options& options);

/// The inputs of the command line, grouped: those given by themselves, then those of --root.
GroupedInputs group_given(const Options& options);

/// The file that --summary names, or none. Opened before the work: a name that cannot be written is
/// better known then than after an hour.
Result<std::optional<OutputFile>> create_summary_file(const Options& options);
/// Adds the run, which ends now: nothing else that is written has the times of it.
Result<void> finish_summary_file(std::optional<OutputFile>& file, RunRecord run,
                                 RunSummary& summary);

/// What the reader learnt of one input, once all its logs were read: into the summary, its warnings
/// to the person, its damage into the outcome.
void add_input(const Evidence& evidence, RunSummary& summary, ScanMediator& mediator,
               RunOutcome& outcome);

/// Says of a folder that is an older copy of a host's logs, or may be, what is known of that.
void say_which_copy(const std::string& input, const std::string& volume, const std::string& folder,
                    const LogPlace& place, Diagnostics& diagnostics);

/// Whether the decoded form is another than the stored one.
bool is_compressed(const FileEntry& entry);

/// Of the first `size` bytes those that no damage hits. `damage` is disjoint, as ByteStream's is.
std::uint64_t sound_bytes(std::uint64_t size, const std::vector<DamagedRange>& damage);

/// Of a log that was found and none of whose lines is left: where it lies, its size and its damage,
/// which must not be empty.
std::string lost_log_words(const std::string& volume, const FileEntry& entry,
                           const std::vector<DamagedRange>& damage);
/// lost_log_words() of each such log of a scan.
std::vector<std::string> lost_logs(const RunSummary& summary);

/// Says in words what a person has to know beside the rows: no log found, or those found all lost
/// (`lost`); a zone that was assumed.
void say_what_is_missing(const RunSummary& summary, const RunOutcome& outcome,
                         const std::vector<std::string>& lost, Diagnostics& diagnostics);

/// Refuses outputs that are an input or lie in one (evidence is never written), and rows and
/// summary in the same file.
Result<void> check_output_names(const Options& options, std::span<const InputGroup> groups);

/// --color, NO_COLOR (https://no-color.org), and whether it goes to a terminal that is not `dumb`.
bool use_color(ColorMode mode, bool to_terminal);

}  // namespace pidometer
