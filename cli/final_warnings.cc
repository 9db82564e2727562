#include "cli/final_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "plugin/timeline/summary_words.h"

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
  std::set<std::string> other_names;
  for (const SummarySeries& series : summary.series) {
    other_names.insert(series.report.hostname);
    if (!series.report.own_hostname.empty()) hosts.insert(series.report.own_hostname);
  }
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
    if (window->hostname.empty() || hosts.contains(window->hostname) ||
        other_names.contains(window->hostname))
      continue;
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

bool overlap(const TimeRange& a, const TimeRange& b) {
  return a.begin <= b.end && b.begin <= a.end;
}

/// The year in which a window would lie within the log; 0: in none.
int year_within(const TimeRange& window, const TimeRange& log) {
  using namespace std::chrono;
  const auto day_of = [](Timestamp time) { return year_month_day(floor<days>(time)); };
  const year_month_day begin = day_of(window.begin);
  for (year other = day_of(log.begin).year(); other <= day_of(log.end).year(); ++other) {
    const year_month_day moved = other / begin.month() / begin.day();
    if (!moved.ok()) continue;
    const auto by = sys_days(moved) - sys_days(begin);
    if (overlap({window.begin + by, window.end + by}, log)) return static_cast<int>(other);
  }
  return 0;
}

/// What the logs of each host cover, by each name of the host; under the empty name that of all.
/// Ascending, and none overlaps the next.
std::map<std::string, std::vector<TimeRange>> coverage_by_host(const RunSummary& summary) {
  std::map<std::string, std::vector<TimeRange>> covered;
  for (const SummarySeries& series : summary.series) {
    const SeriesReport& report = series.report;
    if (!report.coverage) continue;
    for (const std::string& name :
         std::set<std::string>{report.hostname, report.own_hostname, std::string()})
      covered[name].push_back(*report.coverage);
  }
  for (auto& [name, ranges] : covered) {
    std::ranges::sort(ranges, {}, &TimeRange::begin);
    std::vector<TimeRange> joined;
    for (const TimeRange& range : ranges) {
      if (!joined.empty() && range.begin <= joined.back().end)
        joined.back().end = std::max(joined.back().end, range.end);
      else
        joined.push_back(range);
    }
    ranges = std::move(joined);
  }
  return covered;
}

/// Of the windows that lie wholly outside of the logs of their hosts: one warning, since a list of
/// a year's work is given to a log of a month. Lists have tens of thousands of windows and log
/// servers thousands of hosts: they are not compared one by one.
void warn_of_known_outside(const KnownWindows& known, const RunSummary& summary,
                           ScanMediator& mediator) {
  const std::map<std::string, std::vector<TimeRange>> covered = coverage_by_host(summary);
  std::size_t outside = 0;
  std::string first;
  std::string mistyped;
  for (const auto& window : known) {
    const auto logs = covered.find(window->hostname);
    if (logs == covered.end()) continue;
    const auto next =
        std::ranges::lower_bound(logs->second, window->range.begin, {}, &TimeRange::end);
    if (next != logs->second.end() && overlap(window->range, *next)) continue;
    ++outside;
    if (first.empty()) first = window->entry;
    for (auto log = logs->second.begin(); mistyped.empty() && log != logs->second.end(); ++log)
      if (const int year = year_within(window->range, *log); year != 0)
        mistyped =
            fmt::format("; {} would lie in them in {}: is its year mistyped?", window->entry, year);
  }
  if (outside == 0) return;
  Warning warning;
  warning.kind = WarningKind::unused_known;
  warning.message = fmt::format("{} wholly outside of the logs that were read and marks nothing{}",
                                outside == 1 ? first + " lies"
                                             : fmt::format("{} ({} in all) lies", first,
                                                           counted_words(outside, "such window")),
                                mistyped);
  mediator.produce_warning(std::move(warning));
}

/// What an option whose time was read in the wrong zone has done.
std::string_view misread_words(std::string_view option) {
  if (option == "--known") return "the work would be marked at other hours";
  if (option == "--near") return "the births nearest to another hour are told";
  return "rows of other hours than meant may be left out";
}

/// Times of the command line and of known work without an offset are UTC's where no --timezone is
/// given: whoever wrote them by the host's clock, as rows show it, means other hours.
void warn_of_zoneless(const ScanPlan& plan, const RunSummary& summary, ScanMediator& mediator) {
  int offset = 0;
  for (const SummarySeries& series : summary.series) {
    if (offset != 0) break;
    offset = series.report.begin_utc_offset_minutes != 0 ? series.report.begin_utc_offset_minutes
                                                         : series.report.end_utc_offset_minutes;
  }
  if (offset == 0) return;
  for (const auto& [option, time] : plan.zoneless) {
    Warning warning;
    warning.kind = WarningKind::year_uncertain;
    warning.message = fmt::format(
        "{} were read as UTC, and the logs' clock is at {}: {}; write offsets, or name the zone "
        "with --timezone",
        option == "--known"
            ? fmt::format("the times of --known that have no offset (the first is {})", time)
            : fmt::format("the hours of {} {}, which has no offset,", option, time),
        offset_words(offset), misread_words(option));
    mediator.produce_warning(std::move(warning));
  }
}

}  // namespace

void add_final_warnings(const ScanPlan& plan, const RunSummary& summary, ScanMediator& mediator) {
  mediator.end_series();
  warn_of_identical_logs(summary, mediator);
  // Where nothing was read there is more to say than that.
  if (summary.logs.empty()) return;
  if (!plan.known_others) warn_of_unused_known(plan.plugin.known, summary, mediator);
  warn_of_known_outside(plan.plugin.known, summary, mediator);
  if (!plan.plugin.zone) warn_of_zoneless(plan, summary, mediator);
}

}  // namespace pidometer
