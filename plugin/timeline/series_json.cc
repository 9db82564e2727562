#include "plugin/timeline/series_json.h"

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

using Json = DocumentJson;

Json stretch_json(const UnjudgedStretch& stretch) {
  Json json = {{"begin", iso8601(stretch.range.begin)},
               {"end", iso8601(stretch.range.end)},
               {"reason", stretch.reason}};
  const RecoveredWithin& recovered = stretch.recovered;
  if (recovered.lines == 0) return json;
  json["recovered_lines"] = recovered.lines;
  json["recovered_methods"] = array_of(
      recovered.methods, [](RecoveryMethod method) { return recovery_method_name(method); });
  if (recovered.years_inferred) json["recovered_years_inferred"] = true;
  return json;
}

Json period_json(const PeriodCoverage& period) {
  Json json = {{"begin", iso8601(period.range.begin)},
               {"end", iso8601(period.range.end)},
               {"intervals", period.intervals},
               {"judged_seconds", period.judged_seconds}};
  if (period.intervals == 0) return json;
  json["smallest_alarm_pids"] = period.smallest_alarm;
  json["smallest_alarm_pids_high"] = period.smallest_alarm_high;
  return json;
}

Json source_json(const PeriodicSource& source) {
  return {{"every", source.daily ? "day" : "hour"},
          {"minute", source.minute},
          {"pids", row_real(source.pids)},
          {"seen", source.seen}};
}

Json job_json(const LearntJob& job) {
  Json json = Json::object();
  put_text(json, "username", job.username);
  put_text(json, "command", job.command);
  json["times"] = array_of(job.times, [](const LearntTime& time) -> Json {
    Json line = {{"fields", time.fields}, {"due", time.due}, {"runs", time.runs}};
    if (time.since) line["since"] = iso8601(time.since->time);
    if (time.until) line["until"] = iso8601(time.until->time);
    return line;
  });
  json["runs"] = job.runs;
  json["other_runs"] = job.other_runs;
  if (job.pids) {
    json["pids"] = *job.pids;
    json["pids_low"] = job.pids_low;
    json["pids_high"] = job.pids_high;
  }
  json["first"] = iso8601(job.first);
  json["last"] = iso8601(job.last);
  return json;
}

}  // namespace

void put_coverage(DocumentJson& json, const std::optional<TimeRange>& coverage) {
  if (!coverage) return;
  json["coverage"] = {{"begin", iso8601(coverage->begin)}, {"end", iso8601(coverage->end)}};
}

void put_schedule(DocumentJson& json, const SeriesReport& report) {
  json["schedule"] = array_of(report.schedule, job_json);
  json["periodic_sources"] = array_of(report.periodic_sources, source_json);
}

DocumentJson series_json(const SummarySeries& series) {
  const SeriesReport& report = series.report;
  Json json = {{"input", escape_bytes(series.input)}};
  put_text(json, "volume", series.volume);
  json["folder"] = escape_bytes(series.folder);
  put_text(json, "log_copy", log_copy_name(series.place.copy));
  put_text(json, "host_path", series.place.path);
  put_text(json, "log_copy_basis", series.place.words);
  if (series.recovered) json["recovered"] = true;
  put_text(json, "hostname", report.hostname);
  if (report.own_hostname != report.hostname) put_text(json, "own_hostname", report.own_hostname);
  json["records"] = report.records;
  json["readings"] = report.readings;
  json["intervals"] = report.intervals;
  json["boot_sessions"] = report.boot_sessions;
  json["wraps"] = report.wraps;
  json["pid_max"] = report.pid_max;
  put_text(json, "pid_max_basis", report.pid_max_basis);
  put_coverage(json, report.coverage);
  json["unjudged_intervals"] = report.unjudged_intervals;
  json["unjudged"] = Json::array();
  for (const UnjudgedStretch& stretch : report.unjudged)
    json["unjudged"].push_back(stretch_json(stretch));
  if (report.schedule.empty())
    json["periodic_sources"] = array_of(report.periodic_sources, source_json);
  else
    put_schedule(json, report);
  json["periods"] = array_of(report.periods, period_json);
  return json;
}

}  // namespace pidometer
