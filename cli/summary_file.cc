#include "cli/summary_file.h"

#include <utility>

#include "cli/run_record.h"
#include "plugin/timeline/summary_writer.h"

namespace pidometer {

Result<std::optional<OutputFile>> create_summary_file(const Options& options) {
  if (options.summary.empty()) return std::nullopt;
  Result<OutputFile> file = OutputFile::create(options.summary, options.force);
  if (!file) return tl::unexpected(file.error());
  return std::optional<OutputFile>(std::move(*file));
}

Result<void> finish_summary_file(std::optional<OutputFile>& file, RunRecord run,
                                 RunSummary& summary) {
  if (!file) return {};
  finish_run(summary, run);
  summary.run = std::move(run);
  Result<void> written = file->write(write_summary(summary));
  return written ? file->commit() : written;
}

}  // namespace pidometer
