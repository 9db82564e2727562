#include "cli/fleet_timeline.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/file_hash.h"
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
  // The rows are our own: one that is not understood is a file that was changed meanwhile.
  merging.left_out = [](const LeftOutLine& line) -> Result<void> {
    return fail(ErrorKind::output,
                fmt::format("line {} of {} cannot be merged", line.line, line.input),
                std::string(line.reason), "run the fleet again with --resume");
  };
  TimelineMerge merge(std::move(merging));
  for (const FleetEntry& entry : status.images)
    for (const FleetOutput& output : entry.outputs)
      if (output.kind == "rows" && output.bytes > 0)
        if (Result<void> added = merge.add(folder.absolute(output.file)); !added) return added;
  const Result<void> written = merge.write([&file](std::string_view row) -> Result<void> {
    if (interrupted()) return fail(ErrorKind::output, "interrupted while writing the timeline");
    return file->write(row);
  });
  if (!written) return written;
  if (Result<void> done = file->commit(); !done) return done;
  status.timeline = folder.measure("timeline", "timeline.jsonl", file_sha256);
  return {};
}

}  // namespace pidometer
