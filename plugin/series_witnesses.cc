#include "plugin/series_witnesses.h"

#include <algorithm>
#include <array>
#include <utility>

#include "plugin/witness/gather_witnesses.h"

namespace pidometer {
namespace {

WitnessWindow window_of(const Anomaly& anomaly) {
  WitnessWindow window;
  // What says that there is no clock, or what the crontabs have, spans the whole log: all its lines
  // would be witnesses. Those of an activity stand in its parts.
  if (anomaly.kind == AnomalyKind::not_a_clock || anomaly.kind == AnomalyKind::activity ||
      anomaly.kind == AnomalyKind::schedule_mismatch)
    return window;
  window.start = anomaly.window_start;
  window.end = anomaly.window_end;
  window.first_record = anomaly.first_record;
  window.last_record = anomaly.last_record;
  // Of a longer window it is not known how its cost is spread.
  if (anomaly.kind == AnomalyKind::pid_excess && anomaly.intervals == 1)
    window.expected_pids = anomaly.expected_pids;
  return window;
}

/// A carved line without a year is dated by what is newest: a guess that may be years off, and so
/// would its witnesses be.
bool has_known_year(const LogSeries& log, const Anomaly& anomaly) {
  return std::ranges::none_of(
      std::array{anomaly.first_record, anomaly.last_record}, [&](std::uint32_t record) {
        return log.reports[log.records[record].file].time_basis.certainty.starts_with("year");
      });
}

WitnessOptions witness_options(const HostSeries& series, const LogSeries& log,
                               const PluginOptions& options) {
  WitnessOptions known;
  const std::optional<TimeZone>& hosts = series.facts.zone;
  if (options.zone)
    known.zone = *options.zone;
  else if (hosts && !log.of_another_host)
    known.zone = *hosts;
  else
    known.zone_known = false;
  known.log_has_offsets =
      std::none_of(log.reports.begin(), log.reports.end(), [](const LogReport& report) {
        return report.time_basis.certainty.find("zone_assumed_utc") != std::string::npos;
      });
  known.year = options.year;
  const auto add_name = [&](const std::string& name) {
    if (!name.empty()) known.hostnames.insert(name.substr(0, name.find('.')));
  };
  for (const RecordSource& source : log.sources) add_name(source.hostname);
  // Of a log that names no host any line may be; a name of the image's is the host's then.
  if (!log.of_another_host && !known.hostnames.empty()) add_name(series.facts.hostname);
  return known;
}

}  // namespace

std::vector<WindowWitnesses> find_witnesses(const HostSeries& series, const LogSeries& log,
                                            const PidClock& clock,
                                            const std::vector<Anomaly>& anomalies,
                                            const PluginOptions& options, bool several_hosts,
                                            Mediator& mediator) {
  if (series.witnesses.empty()) return std::vector<WindowWitnesses>(anomalies.size());
  std::vector<WitnessWindow> windows;
  windows.reserve(anomalies.size());
  bool any = false;
  for (const Anomaly& anomaly : anomalies) {
    const bool dated = !series.recovered || has_known_year(log, anomaly);
    windows.push_back(dated ? window_of(anomaly) : WitnessWindow());
    any = any || windows.back().start < windows.back().end;
  }
  if (!any && series.recovered) return std::vector<WindowWitnesses>(anomalies.size());
  if (!any) windows.clear();  // the summary still names the files
  WitnessOptions known = witness_options(series, log, options);
  known.several_hosts = several_hosts;
  known.in_pieces = series.recovered;
  GatheredWitnesses gathered = gather_witnesses(
      series.witnesses, clock, std::move(windows), known,
      [&](Warning warning) { mediator.produce_warning(std::move(warning)); },
      [&](std::uint64_t bytes) {
        mediator.add_progress(bytes);
        return !mediator.aborted();
      });
  gathered.windows.resize(anomalies.size());
  mediator.report_witnesses(series, std::move(gathered.reports));
  return std::move(gathered.windows);
}

}  // namespace pidometer
