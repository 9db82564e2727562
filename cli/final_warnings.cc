#include "cli/final_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace pidometer {
namespace {

/// Where a host's logs lie.
using Place = std::tuple<std::string, std::string, std::string>;

Place place_of(const SummaryLog& log) {
  return {log.input, log.volume,
          std::filesystem::path(log.report.entry.path).parent_path().string()};
}

/// An older copy of a host's logs on another volume or in a snapshot is no log given twice: it is
/// said to be one.
std::set<Place> older_copies(const RunSummary& summary) {
  std::set<Place> places;
  for (const SummarySeries& series : summary.series)
    if (series.place.copy == LogCopy::hidden || series.place.copy == LogCopy::snapshot)
      places.insert({series.input, series.volume, series.folder});
  return places;
}

std::string name_of(const SummaryLog& log) {
  const std::string& path = log.report.entry.path;
  if (log.volume.empty() && path.starts_with(log.input)) return path;
  return fmt::format("{}:{}{}{}", log.input, log.volume, log.volume.empty() ? "" : ":", path);
}

/// Those of one folder are told apart when it is read (plugin/cron_log/identical_logs.h).
void warn_of_identical_logs(const RunSummary& summary, ScanMediator& mediator) {
  const std::set<Place> older = older_copies(summary);
  std::map<std::string, const SummaryLog*> known;
  for (const SummaryLog& log : summary.logs) {
    const Place place = place_of(log);
    if (log.report.records == 0 || log.report.sha256.empty() || log.report.entry.recovery ||
        older.contains(place))
      continue;
    const auto [first, added] = known.try_emplace(log.report.sha256, &log);
    if (added || place_of(*first->second) == place) continue;
    Warning warning;
    warning.kind = WarningKind::duplicate_input;
    warning.image = log.input;
    warning.volume = log.volume;
    warning.path = log.report.entry.path;
    warning.message = fmt::format(
        "it has the same content as {} (SHA-256 {}): its records are counted twice, and a finding "
        "of the one has the finding_id of the other's; give one of the two, or scan them apart",
        name_of(*first->second), log.report.sha256);
    mediator.produce_warning(std::move(warning));
  }
}

void warn_of_unused_known(const KnownWindows& known, const RunSummary& summary,
                          ScanMediator& mediator) {
  constexpr std::size_t kMostNamed = 5;
  std::set<std::string> hosts;
  for (const SummarySeries& series : summary.series)
    if (!series.report.hostname.empty()) hosts.insert(series.report.hostname);
  std::string words;
  std::size_t named = 0;
  for (const std::string& host : hosts) {
    if (named++ == kMostNamed) {
      words += fmt::format(" and {} more", hosts.size() - kMostNamed);
      break;
    }
    words += (words.empty() ? "" : ", ") + host;
  }
  for (const auto& window : known) {
    if (window->hostname.empty() || hosts.contains(window->hostname)) continue;
    Warning warning;
    warning.kind = WarningKind::unused_known;
    warning.message = fmt::format(
        "{} is about the host {}, and {}: it marks nothing; write the host as the lines of its log "
        "have it, or leave it out",
        window->entry, window->hostname,
        hosts.empty() ? "no log that was read names its host" : "the logs read are of " + words);
    mediator.produce_warning(std::move(warning));
  }
}

}  // namespace

void add_final_warnings(const KnownWindows& known, const RunSummary& summary,
                        ScanMediator& mediator) {
  mediator.end_series();
  warn_of_identical_logs(summary, mediator);
  // Where nothing was read there is more to say than that.
  if (!summary.logs.empty()) warn_of_unused_known(known, summary, mediator);
}

}  // namespace pidometer
