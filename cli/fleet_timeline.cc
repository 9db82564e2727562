#include "cli/fleet_timeline.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/sha256.h"
#include "cli/interrupt.h"
#include "cli/output_file.h"
#include "merge/timeline_merge.h"

namespace pidometer {

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
      sum.emplace();
      if (Result<void> added = merge.add(name); !added) return added;
      if (interrupted())
        return fail(ErrorKind::output, "interrupted before the timeline was written");
      // The rows are our own, and so they were when they were verified or written.
      if (sum->finish() != output.sha256)
        return fail(ErrorKind::output, name + " is not what the scan of its image wrote",
                    "it was changed meanwhile: its SHA-256 is not the one in the status",
                    "run the fleet again with --resume, which scans that image once more; there is "
                    "no timeline until then");
      if (no_row) return tl::unexpected(*no_row);
    }
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
