#include "cli/recovery.h"

#include <utility>
#include <vector>

namespace pidometer {

Recovered recover_volume(const LogFolder& found, std::span<const LogFolder> live,
                         const std::string& image, const Plugin& plugin, ScanMediator& mediator,
                         RunSummary& summary) {
  Recovered recovered;
  recovered.series =
      HostSeries{image, found.volume, found.path + " (recovered)", found.facts, {}, true};
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

}  // namespace pidometer
