#include "plugin/log_warnings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_log/host_groups.h"
#include "plugin/pid_clock/even_sample.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {

namespace {

std::string nor_others(std::ptrdiff_t lines) {
  if (lines == 0) return {};
  return lines == 1 ? ", nor is that of 1 other line of this host"
                    : ", nor are those of " + std::to_string(lines) + " other lines of this host";
}

/// The first of some records, evenly, for which `differs`, where it does for more than some of
/// them: a line of the hour that a summer's begin leaves out is of no offset.
template <typename Differs>
const StoredRecord* often(const LogSeries& log, const Differs& differs) {
  constexpr std::size_t kAsked = 1000;  // a zone that is wrong is so for months
  constexpr std::size_t kSome = 20;
  const StoredRecord* first = nullptr;
  std::size_t found = 0;
  const EvenSample some(log.records.size(), kAsked);
  for (std::size_t k = 0; k < some.size(); ++k) {
    const StoredRecord& record = log.records[some[k]];
    if (!differs(record)) continue;
    ++found;
    if (first == nullptr) first = &record;
  }
  return found * kSome > some.size() ? first : nullptr;
}

/// How many records were read of a log, also of those that are counted elsewhere.
std::string read_words(const LogReport& report) {
  const std::uint64_t copies = report.duplicate_lines;
  const std::uint64_t all = report.records + copies;
  std::string words = std::to_string(all) + (all == 1 ? " record was" : " records were") + " read";
  if (copies > 0)
    words += ", " + (copies == all ? "all" : std::to_string(copies)) +
             " of them also in another log of the series and counted there";
  return words;
}

}  // namespace

void warn_of_contradicted_zone(const HostSeries& series, const LogSeries& log,
                               const PluginOptions& options, Mediator& mediator) {
  if (!options.zone) return;
  const TimeZone& given = *options.zone;
  const StoredRecord* record = often(log, [&](const StoredRecord& r) {
    return r.utc_offset_minutes != given.offset_minutes_at(r.time);
  });
  std::string other;
  std::string taken;
  if (record != nullptr) {
    other = "the line itself has " + offset_digits(record->utc_offset_minutes);
    taken = "what the lines have is taken";
  } else if (const std::optional<TimeZone>& hosts = series.facts.zone;
             hosts && !log.of_another_host && series.facts.guessed_from.empty()) {
    record = often(log, [&](const StoredRecord& r) {
      return hosts->offset_minutes_at(r.time) != given.offset_minutes_at(r.time);
    });
    if (record == nullptr) return;
    other = "the host's own zone, " + hosts->name() + " of " + series.facts.zone_source + ", has " +
            offset_digits(hosts->offset_minutes_at(record->time));
    taken = "the zone given is taken";
  }
  if (record == nullptr) return;
  Warning warning;
  warning.kind = WarningKind::year_uncertain;
  warning.path = log.reports[record->file].entry.path;
  warning.line = record->line;
  warning.message = "--timezone " + given.name() + " has the offset " +
                    offset_digits(given.offset_minutes_at(record->time)) + " then, and " + other +
                    ": " + taken + "; leave --timezone out, unless you know better";
  mediator.produce_warning(std::move(warning));
}

std::optional<Warning> pid_max_warning(const LogSeries& log, const std::vector<Reading>& readings,
                                       const ClockOptions& options) {
  if (!options.pid_max) return std::nullopt;
  const auto beyond = [&](const Reading& r) {
    return r.kind == ReadingKind::job && r.pid >= *options.pid_max;
  };
  const auto first = std::ranges::find_if(readings, beyond);
  if (first == readings.end()) return std::nullopt;
  const StoredRecord& record = log.records[first->record];
  const std::string pid_max = std::to_string(*options.pid_max);
  Warning warning;
  warning.kind = WarningKind::wrong_pid_max;
  warning.path = log.reports[record.file].entry.path;
  warning.line = record.line;
  warning.message = "PID " + std::to_string(first->pid) + " is not below ";
  warning.message += options.pid_max_is_users
                         ? "--pid-max " + pid_max
                         : pid_max + ", the kernel.pid_max of the image's sysctl files";
  warning.message += nor_others(std::ranges::count_if(readings, beyond) - 1);
  warning.message += options.pid_max_is_users
                         ? ": give its own kernel.pid_max, or leave --pid-max out"
                         : ": that is not believed; give its own kernel.pid_max by --pid-max, "
                           "where it is known";
  return warning;
}

void warn_of_other_names(const LogSeries& log, Mediator& mediator) {
  const std::string host = short_name(log.hostname);
  if (host.empty()) return;
  enum class Name { own, other, none };
  std::vector<Name> names;
  for (const RecordSource& source : log.sources) {
    const std::string name = short_name(source.hostname);
    names.push_back(name == host                          ? Name::own
                    : name.empty() || name == kNoHostName ? Name::none
                                                          : Name::other);
  }
  const auto named = [&](Name name) {
    return [&names, name](const StoredRecord& record) { return names[record.source] == name; };
  };
  const auto begin = std::ranges::find_if(log.records, named(Name::own));
  const auto end =
      std::find_if(log.records.rbegin(), std::make_reverse_iterator(begin), named(Name::own))
          .base();
  const auto first = std::find_if(begin, end, named(Name::other));
  if (first == end) return;
  const auto count = std::count_if(first, end, named(Name::other));
  Warning warning;
  warning.kind = WarningKind::year_uncertain;
  warning.path = log.reports[first->file].entry.path;
  warning.line = first->line;
  warning.message = (count == 1 ? "this line names"
                                : "this line and " + std::to_string(count - 1) + " more name") +
                    " another host (" + log.sources[first->source].hostname +
                    " the first) among the lines of " + log.hostname +
                    ", whose PIDs go on there: counted as of one host, that was called so for a "
                    "time, or names of lines were edited";
  mediator.produce_warning(std::move(warning));
}

void warn_of_truncated_logs(const LogSeries& log, Mediator& mediator) {
  for (std::size_t file = 0; file < log.reports.size(); ++file) {
    if (!log.owned[file] || log.reports[file].damage.empty()) continue;
    const DamagedRange& last = log.reports[file].damage.back();
    if (last.range.end != kUnknownEnd) continue;
    Warning warning;
    warning.kind = WarningKind::truncated_stream;
    warning.path = log.reports[file].entry.path;
    warning.range = last.range;
    warning.message = last.reason + ": the log's lines from there on are lost (" +
                      read_words(log.reports[file]) + "); look for a whole copy of the file";
    mediator.produce_warning(std::move(warning));
  }
}

}  // namespace pidometer
