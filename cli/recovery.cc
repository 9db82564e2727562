#include "cli/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "cli/extracted_file.h"
#include "plugin/timeline/names.h"

namespace pidometer {

Recovered recover_volume(const LogFolder& found, std::span<const LogFolder> live,
                         const std::string& image, const Plugin& plugin, SeriesMediator& mediator,
                         RunSummary& summary) {
  Recovered recovered;
  recovered.series.image = image;
  recovered.series.volume = found.volume;
  recovered.series.folder = found.path + " (recovered)";
  recovered.series.facts = found.facts;
  recovered.series.recovered = true;
  mediator.begin_series(recovered.series);
  std::vector<const LogFile*> known;
  for (const LogFolder& folder : live)
    if (folder.volume == found.volume)
      for (const auto& file : folder.files) known.push_back(file.get());
  std::vector<const LogFile*> files;
  for (const auto& file : found.files) files.push_back(file.get());
  recovered.logs = plugin.recover(known, files, mediator);
  for (LogReport& report : recovered.logs.repeated)
    mediator.report_log(recovered.series, std::move(report));
  for (const std::string& problem : recovered.logs.report.problems) {
    Warning warning;
    warning.kind = WarningKind::skipped_file;
    warning.message = problem;
    mediator.produce_warning(std::move(warning));
  }
  recovered.series.files = recovered.logs.files;
  recovered.series.known_lines = recovered.logs.known_lines;
  summary.recoveries.push_back(SummaryRecovery{image, found.volume, recovered.logs.report});
  return recovered;
}

std::string recovered_name(const FileEntry& entry) {
  const Recovery& recovery = *entry.recovery;
  const std::uint64_t offset = recovery.extents.empty() ? 0 : recovery.extents.front().image;
  std::string name = fmt::format("{}{}-{}", recovery.of_volume ? "volume-" : "", offset,
                                 recovery_method_name(recovery.method));
  const bool carved = recovery.method == RecoveryMethod::carved_unallocated ||
                      recovery.method == RecoveryMethod::carved_slack;
  if (carved) return name;
  // A part of a deleted file is called after its bytes; the file itself is a layer below.
  const auto layer = std::find_if(entry.path_spec.begin(), entry.path_spec.end(),
                                  [](const PathSpecLayer& one) { return !one.location.empty(); });
  const std::string& path = layer == entry.path_spec.end() ? entry.path : layer->location;
  name += fmt::format("-{}", safe_name(std::filesystem::path(path).filename().string()));
  return name;
}

}  // namespace pidometer
