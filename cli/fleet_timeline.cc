#include "cli/fleet_timeline.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "cli/file_hash.h"
#include "cli/interrupt.h"
#include "cli/output_file.h"
#include "merge/timeline_merge.h"

namespace pidometer {
namespace {

/// Rows that are gone or give errors: whether anybody changed them is not known.
Error unread_rows(const std::string& name, const Result<std::string>& sha256,
                  const Result<void>& added) {
  Error error{ErrorKind::output, "cannot read " + name, "it is not there", {}};
  if (!sha256) error = sha256.error();
  if (!added) error = added.error();
  error.help =
      "see that it can be read, and run the fleet again with --resume; there is no "
      "timeline until then";
  return error;
}

/// All are named: whoever changed them may have had a reason for each.
Error changed_rows(const std::vector<std::string>& files, const std::optional<Error>& unread) {
  std::string names;
  for (const std::string& file : files) names += (names.empty() ? "" : ", ") + file;
  const bool one = files.size() == 1;
  return {ErrorKind::output,
          names + (one ? " is not what the scan of its image wrote"
                       : " are not what the scans of their images wrote"),
          std::string(one ? "it was changed meanwhile: its SHA-256 is not the one in the status"
                          : "they were changed meanwhile: their SHA-256 is not the one in the "
                            "status") +
              (unread ? "; " + unread->message + ": " + unread->reason : std::string()),
          std::string("run the fleet again with --resume, which scans ") +
              (one ? "that image" : "those images") +
              " once more; there is no timeline until then"};
}

}  // namespace

Result<void> write_fleet_timeline(const FleetFolder& folder, FleetStatus& status,
                                  Diagnostics& diagnostics) {
  Result<OutputFile> file = OutputFile::create(folder.timeline_file(), true);
  if (!file) return tl::unexpected(file.error());
  MergeOptions merging;
  merging.proceed = [&](std::uint64_t bytes) {
    diagnostics.progress(fmt::format("timeline: {} MB read", bytes / 1'000'000));
    return !interrupted();
  };
  std::optional<Sha256> sum;
  merging.watch = [&sum](std::string_view bytes) { sum->update(std::as_bytes(std::span(bytes))); };
  std::vector<std::string> changed;
  std::optional<Error> unread;  // the first file that is gone or gives errors
  std::optional<Error> no_row;  // the first line that is none
  merging.left_out = [&no_row](const LeftOutLine& line) -> Result<void> {
    if (!no_row)
      no_row = Error{ErrorKind::output,
                     fmt::format("line {} of {} cannot be merged", line.line, line.input),
                     std::string(line.reason), "run the fleet again with --resume"};
    return {};
  };
  TimelineMerge merge(std::move(merging));
  for (const FleetEntry& entry : status.images)
    for (const FleetOutput& output : entry.outputs) {
      if (output.kind != "rows") continue;
      const std::string name = folder.absolute(output.file);
      Result<std::string> sha256;
      Result<void> added;
      const bool whole = changed.empty() && !unread;
      if (whole) {
        sum.emplace();
        added = merge.add(name);
        sha256 = sum->finish();
      }
      // Where there will be no timeline it is only to be told which files are why.
      if (!whole || !added) sha256 = interruptible_sha256(name);
      if (interrupted())
        return fail(ErrorKind::output, "interrupted before the timeline was written");
      // The rows are our own, and so they were when they were verified or written.
      if (!sha256 || sha256->empty())
        unread = unread.value_or(unread_rows(name, sha256, added));
      else if (*sha256 != output.sha256)
        changed.push_back(name);
      else if (!added)
        return added;
      else if (no_row && whole)
        return tl::unexpected(*no_row);
    }
  if (!changed.empty()) return tl::unexpected(changed_rows(changed, unread));
  if (unread) return tl::unexpected(*unread);
  FleetOutput timeline{"timeline", "timeline.jsonl", 0, {}};
  sum.emplace();
  const Result<void> written = merge.write([&](std::string_view row) -> Result<void> {
    if (interrupted()) return fail(ErrorKind::output, "interrupted while writing the timeline");
    timeline.bytes += row.size();
    sum->update(std::as_bytes(std::span(row)));
    return file->write(row);
  });
  if (!written) return written;
  if (Result<void> done = file->commit(); !done) return done;
  timeline.sha256 = sum->finish();
  status.timeline = std::move(timeline);
  return {};
}

}  // namespace pidometer
