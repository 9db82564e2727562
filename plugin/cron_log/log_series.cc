#include "plugin/cron_log/log_series.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/host_groups.h"
#include "plugin/cron_log/identical_logs.h"
#include "plugin/cron_log/journal_copies.h"
#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/line_parser.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/log_text.h"
#include "plugin/cron_log/plaso_order.h"
#include "plugin/cron_log/record_dater.h"
#include "plugin/cron_log/series_order.h"
#include "plugin/cron_log/series_split.h"
#include "plugin/cron_log/time_basis.h"
#include "plugin/cron_log/year_resolver.h"

namespace pidometer {
namespace {

/// Oldest first, so that the records of a rotated log come in the order of time and need no merge.
std::vector<const LogFile*> oldest_first(std::span<const LogFile* const> files) {
  std::vector<const LogFile*> sorted;
  for (const LogFile* file : files) sorted.push_back(file);
  std::sort(sorted.begin(), sorted.end(), [](const LogFile* a, const LogFile* b) {
    const auto time = [](const LogFile* f) {
      return f->entry().modified.value_or(Timestamp::max());
    };
    return time(a) != time(b) ? time(a) < time(b) : a->entry().path < b->entry().path;
  });
  return sorted;
}

bool name_says_cron(std::string_view path) {
  return path.substr(path.rfind('/') + 1).find("cron") != std::string_view::npos;
}

bool leaves_report(const FileLog& log) {
  return log.begin < log.end || log.copy_of || log.failed || !log.report.damage.empty() ||
         log.report.unparsed_lines > 0 || !log.report.complete ||
         name_says_cron(log.report.entry.path);
}

std::vector<std::string> dialects_of(const FileLog& log, const SourceTable& sources) {
  std::vector<std::pair<std::uint64_t, std::size_t>> counts(dialects().size());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = {0, i};
  for (const auto& [source, count] : log.source_counts)
    counts[sources[source].dialect].first += count;
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> names;
  for (const auto& [count, dialect] : counts)
    if (count > 0) names.emplace_back(dialects()[dialect].name);
  return names;
}

/// The hosts that the lines name, and why the zone of the image's only root is not theirs.
Warning another_host(const LogSeriesOptions& options, const std::vector<FileLog>& logs,
                     const SourceTable& sources) {
  std::string named;
  for (const FileLog& log : logs)
    if (named.empty()) named = main_hostname(log, sources);
  Warning warning;
  warning.kind = WarningKind::year_uncertain;
  warning.message = "the lines name the host " + named + ", and " + options.guessed_from +
                    ", the only volume with an /etc, is of " + options.guessed_host +
                    ": its zone is not used";
  return warning;
}

/// Text logs whose times are not those of the journal's same lines.
Warning other_zone(const std::map<std::chrono::minutes, std::uint64_t>& shifted,
                   const LogSeriesOptions& options) {
  std::string amounts;
  for (const auto& [shift, count] : shifted) {
    amounts += (amounts.empty() ? "" : ", ") + std::to_string(std::chrono::abs(shift).count()) +
               (shift.count() < 0 ? " minutes later" : " minutes earlier");
    if (shifted.size() > 1) amounts += " (" + std::to_string(count) + " of them)";
  }
  Warning warning;
  warning.kind = WarningKind::year_uncertain;
  warning.message = "the lines of the text logs are dated " + amounts +
                    " than the same lines of the journal, which knows UTC: the zone " +
                    (options.zone_is_users ? "of --timezone is not the host's; give the host's own"
                                           : "is not the host's; give --timezone");
  return warning;
}

/// A text log that is dated by more than a zone can explain.
Warning withheld(const JournalCopies::Misdated& misdated) {
  Warning warning;
  warning.kind = WarningKind::year_uncertain;
  warning.path = misdated.log;
  warning.message = "beside " + misdated.journal + " " + std::to_string(misdated.records) + " of " +
                    std::to_string(misdated.within) +
                    " records are dated otherwise: they are counted once, in the journal, and "
                    "what single lines of the log lack is not judged; give --timezone";
  return warning;
}

/// A log of more words of the syslog daemon than are kept: what any text log lacks behind them is
/// excused.
std::optional<Warning> too_many_words(const std::vector<FileLog>& logs) {
  const auto beside = [](const FileLog& log) { return log.report.beside_journal.has_value(); };
  if (std::none_of(logs.begin(), logs.end(), beside)) return std::nullopt;
  for (const FileLog& log : logs) {
    if (log.hints.size() < kMostHints) continue;
    Warning warning;
    warning.kind = WarningKind::duplicate_input;
    warning.path = log.report.entry.path;
    warning.line = log.hints.back().line;
    warning.message =
        "the log holds more than " + std::to_string(kMostHints) +
        " words of the syslog daemon on itself: from here on nothing is said of lines "
        "that text logs lack beside a journal; look why there are so many";
    return warning;
  }
  return std::nullopt;
}

/// Text logs beside a journal that does not hold their lines.
Warning apart(const JournalCopies& copies) {
  Warning warning;
  warning.kind = WarningKind::duplicate_input;
  warning.message = "of " + std::to_string(copies.within) +
                    " records of text logs in the time of the journals beside them these hold " +
                    std::to_string(copies.copies) +
                    ": not one host's, or not dated rightly; text logs and journals are judged "
                    "apart";
  return warning;
}

/// What a folder's files hold, dated; the series are still to be made of it.
struct FolderLogs {
  AllLogs read;
  SourceTable sources;
  std::vector<JobLabel> labels;
  std::vector<LostCopies> lost;
  bool of_another_host = false;
};

/// A series has the record on one side alone: counted in the log's report and left out. False where
/// it has no report of that log.
bool count_not_given(const LostCopies& one, LogSeries& to) {
  for (std::size_t i = 0; i < to.files.size(); ++i) {
    if (to.files[i] != one.first.file || !to.reports[i].beside_journal) continue;
    JournalComparison& compared = *to.reports[i].beside_journal;
    compared.not_judged["between records of two hosts"] += one.missing;
    compared.missing -= std::min(compared.missing, one.missing);
    return true;
  }
  return false;
}

/// Moves those into the series that has kept the journal's two records around them.
void give_lost_copies(std::vector<LostCopies>& lost, LogSeries& to) {
  if (lost.empty()) return;
  using Place = std::pair<Timestamp, Pid>;
  std::set<Place> wanted;
  for (const LostCopies& one : lost)
    for (const RecordPlace& place : {one.first, one.last}) wanted.insert({place.time, place.pid});
  std::map<Place, std::uint32_t> kept;
  std::map<std::pair<const LogFile*, std::uint64_t>, std::uint32_t> lines;
  for (std::size_t i = 0; i < to.records.size(); ++i) {
    const StoredRecord& record = to.records[i];
    const Place place{record.time, record.pid};
    if (!wanted.contains(place)) continue;
    kept.try_emplace(place, static_cast<std::uint32_t>(i));
    lines.try_emplace({to.files[record.file], record.offset}, static_cast<std::uint32_t>(i));
  }
  std::erase_if(lost, [&](LostCopies& one) {
    if (is_single_line(one.verdict)) {
      const auto line = lines.find({one.first.file, one.first.offset});
      if (line == lines.end()) return false;
      one.first_kept = one.last_kept = line->second;
      to.lost_copies.push_back(std::move(one));
      return true;
    }
    const auto first = kept.find({one.first.time, one.first.pid});
    const auto last = kept.find({one.last.time, one.last.pid});
    if (first == kept.end() && last == kept.end()) return false;
    if (first == kept.end() || last == kept.end()) return count_not_given(one, to);
    one.first_kept = first->second;
    one.last_kept = last->second;
    to.lost_copies.push_back(std::move(one));
    return true;
  });
}

/// Reads the files as one folder. Where text logs and journals turn out not to belong together
/// nothing is given back but the files of the journals, in `journals`.
FolderLogs read_together(std::span<const LogFile* const> files, const LogSeriesOptions& options,
                         const WarningSink& warn, const ReadMonitor& monitor,
                         std::set<const LogFile*>& journals) {
  LabelTable labels;
  FolderLogs folder;
  SourceTable& sources = folder.sources;
  std::vector<StoredRecord>& records = folder.read.records;
  std::vector<FileLog>& logs = folder.read.logs;
  LineParser parser(labels, sources);
  IdenticalLogs identical;
  bool stopped = false;
  std::size_t left_out = 0;
  std::string first_left_out;
  for (const LogFile* file : oldest_first(files)) {
    if (stopped) break;
    if (logs.size() >= options.limits.logs) {
      if (left_out++ == 0) first_left_out = file->entry().path;
      continue;
    }
    FileLog log = read_log_file(*file, parser, records, monitor, stopped, options.limits);
    if (log.unread_cron) warn(*log.unread_cron);
    identical.fold(logs, log, records);
    if (leaves_report(log)) logs.push_back(std::move(log));
  }
  if (left_out > 0) {
    Warning warning;
    warning.kind = WarningKind::skipped_file;
    warning.path = first_left_out;
    warning.message = std::to_string(left_out) + " of " + std::to_string(files.size()) +
                      " files are not read, this one first: a folder may hold " +
                      std::to_string(options.limits.logs) + " logs";
    warn(std::move(warning));
  }
  if (logs.empty()) return folder;

  std::vector<FileLog*> by_path;
  for (FileLog& log : logs) by_path.push_back(&log);
  std::stable_sort(by_path.begin(), by_path.end(), [](const FileLog* a, const FileLog* b) {
    return a->report.entry.path < b->report.entry.path;
  });
  LogSeriesOptions basis = options;
  const bool another = names_another_host(sources, options.guessed_host);
  if (another) {
    if (options.zone && !options.zone_is_users) warn(another_host(options, logs, sources));
    if (!options.zone_is_users) basis.zone.reset();
  }
  const TimeZone zone = basis.zone.value_or(TimeZone());
  const std::vector<YearDecision> years = resolve_years(logs, records, options.year);
  for (std::size_t place = 0; place < by_path.size(); ++place) {
    FileLog& log = *by_path[place];
    const YearDecision& decision = years[static_cast<std::size_t>(&log - logs.data())];
    log.place = static_cast<std::uint16_t>(place);
    date_records(log, log.place, decision, zone, records);
    log.report.time_basis = describe_time_basis(log, decision, basis);
    log.report.year_basis = decision.words;
    log.report.dialects = dialects_of(log, sources);
    log.report.hostname = main_hostname(log, sources);
    for (Warning& warning : log.warnings) warn(std::move(warning));
  }
  describe_copies(logs);
  order_plaso_records(logs, sources, records);

  std::vector<JobLabel> names = labels.take();
  JournalCopies copies = drop_journal_copies(logs, sources, names, records);
  if (copies.disagree()) {
    for (const FileLog& log : logs)
      if (log.is_journal) journals.insert(log.file);
    warn(apart(copies));
    return {};
  }
  if (!copies.shifted.empty()) warn(other_zone(copies.shifted, options));
  for (const JournalCopies::Misdated& one : copies.misdated) warn(withheld(one));
  if (const auto full = too_many_words(logs)) warn(*full);
  drop_duplicates(logs, sources, names, records);
  folder.read.by_path.assign(by_path.begin(), by_path.end());
  folder.labels = std::move(names);
  folder.lost = std::move(copies.lost);
  folder.of_another_host = another;
  return folder;
}

void make_series(FolderLogs folder, const SeriesSink& take) {
  if (folder.read.logs.empty()) return;
  make_series(std::move(folder.read), folder.sources, std::move(folder.labels),
              [&](LogSeries series, bool several) {
                series.of_another_host = folder.of_another_host;
                give_lost_copies(folder.lost, series);
                return take(std::move(series), several);
              });
}

}  // namespace

void read_log_series(std::span<const LogFile* const> files, const LogSeriesOptions& options,
                     const WarningSink& warn, const ReadMonitor& monitor, const SeriesSink& take) {
  std::vector<Warning> met;
  std::set<const LogFile*> journals;
  FolderLogs folder = read_together(
      files, options, [&met](Warning warning) { met.push_back(std::move(warning)); }, monitor,
      journals);
  if (journals.empty()) {
    for (Warning& warning : met) warn(std::move(warning));
    make_series(std::move(folder), take);
    return;
  }
  warn(std::move(met.back()));  // why; the others come again
  std::array<std::vector<const LogFile*>, 2> parts;
  for (const LogFile* file : files) parts[journals.contains(file) ? 1 : 0].push_back(file);
  std::set<const LogFile*> none;
  std::vector<LogSeries> apart;
  for (const std::vector<const LogFile*>& part : parts)
    make_series(read_together(part, options, warn, monitor, none), [&](LogSeries one, bool) {
      apart.push_back(std::move(one));
      return true;
    });
  for (LogSeries& one : apart)
    if (!take(std::move(one), apart.size() > 1)) return;
}

std::vector<LogSeries> read_log_series(std::span<const LogFile* const> files,
                                       const LogSeriesOptions& options, const WarningSink& warn,
                                       const ReadMonitor& monitor) {
  std::vector<LogSeries> all;
  read_log_series(files, options, warn, monitor, [&all](LogSeries series, bool) {
    all.push_back(std::move(series));
    return true;
  });
  return all;
}

bool looks_like_cron_log(std::string_view head) {
  constexpr std::size_t kMostLines = 2000;  // of 64 KiB, with room
  std::string rebuilt;
  if (detect_log_form(head) != LogForm::lines) {
    rebuilt = log_text_of_head(head);
    head = rebuilt;
  }
  for (std::size_t line = 0; line < kMostLines && !head.empty(); ++line) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    std::string_view text = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    text.remove_prefix(std::min(text.find_first_not_of('\0'), text.size()));
    if (text.ends_with('\r')) text.remove_suffix(1);
    const ParsedLine parsed = parse_line(text);
    if (parsed.kind == ParsedLine::Kind::record && !parsed.record.reporter.empty()) return true;
    if (parsed.kind == ParsedLine::Kind::record &&
        (parsed.framing == FramingKind::vixie_file || parsed.framing == FramingKind::solaris))
      return true;
  }
  return false;
}

}  // namespace pidometer
