#include "plugin/timeline/schedule_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/host_words.h"
#include "plugin/timeline/series_json.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

/// By the clock of the host: `2000-11-08 03:00`, or its first 10 characters.
std::string local_words(const LearntRun& run, std::size_t length) {
  const Timestamp local = run.time + std::chrono::minutes(run.utc_offset_minutes);
  std::string words = iso8601(local);
  words[10] = ' ';
  return words.substr(0, length);
}

std::string title(const SummarySeries& series) {
  std::string words = host_words(series.input, series.volume, series.folder, series.report.hostname,
                                 series.recovered);
  const SeriesReport& report = series.report;
  if (report.coverage)
    words += fmt::format(", {} to {}",
                         local_words({report.coverage->begin, report.begin_utc_offset_minutes}, 10),
                         local_words({report.coverage->end, report.end_utc_offset_minutes}, 10));
  return words;
}

std::string source_words(const PeriodicSource& source) {
  const std::string when =
      source.daily
          ? fmt::format("every day in the interval that starts at {:02}:{:02}", source.minute / 60,
                        source.minute % 60)
          : fmt::format("every hour in the interval that starts at minute {}", source.minute);
  return fmt::format("{}: {:.1f} PIDs without a line, seen {} times", when, source.pids,
                     source.seen);
}

std::string runs_words(std::uint64_t runs) {
  return fmt::format("{} run{}", runs, runs == 1 ? "" : "s");
}

/// ` since ..., until ...` of a line that began or ended within the log.
std::string part_words(const LearntTime& time) {
  std::string words;
  if (time.since) words += " since " + local_words(*time.since, 16);
  if (time.until) words += " until " + local_words(*time.until, 16);
  return words;
}

/// The middle half of the intervals; one number where they are all alike.
std::string usual_words(const LearntJob& job) {
  if (!job.pids) return "-";
  return job.pids_low == job.pids_high ? std::to_string(job.pids_low)
                                       : fmt::format("{}-{}", job.pids_low, job.pids_high);
}

std::string cost_words(const LearntJob& job) {
  if (!job.pids) return ", never alone";
  return fmt::format(", {} PIDs up to the next record, usually {}", *job.pids, usual_words(job));
}

/// Whether a user's name is one word of a crontab, whoever wrote it into the log: what stands
/// behind a blank would be the command. The characters are those of POSIX's portable user names.
bool is_user_word(std::string_view user) {
  return !user.empty() && user.front() != '-' && std::ranges::all_of(user, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

/// A `%` begins the job's input unless a backslash stands before it (crontab(5)).
std::string crontab_command(std::string_view command) {
  std::string text;
  for (const char c : command) {
    if (c == '%') text += '\\';
    text += c;
  }
  return text;
}

/// Columns as wide as their widest cell; the last one is not padded.
std::string aligned(const std::vector<std::array<std::string, 6>>& rows) {
  std::array<std::size_t, 6> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool number = i == 2 || i == 3 || i == 4;
      if (i + 1 == row.size())
        line += row[i];
      else
        line += number ? fmt::format("{:>{}}  ", row[i], widths[i])
                       : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string schedule_table(const SummarySeries& series) {
  std::string text = title(series) + "\n";
  std::vector<std::array<std::string, 6>> rows{
      {"when", "user", "runs of due", "PIDs", "usually", "command"}};
  for (const LearntJob& job : series.report.schedule) {
    const std::string pids = job.pids ? std::to_string(*job.pids) : "-";
    const std::string spread = usual_words(job);
    const std::string user = escape_bytes(job.username);
    const std::string command = escape_bytes(job.command);
    for (const LearntTime& time : job.times)
      rows.push_back({time.fields + part_words(time), user,
                      fmt::format("{} of {}", time.runs, time.due), pids, spread, command});
    if (job.other_runs > 0)
      rows.push_back({job.times.empty() ? "at no fixed time" : "at other times", user,
                      std::to_string(job.other_runs), pids, spread, command});
  }
  text += rows.size() > 1 ? aligned(rows) : "  no jobs\n";
  for (const PeriodicSource& source : series.report.periodic_sources)
    text += "  " + source_words(source) + "\n";
  return text;
}

std::string schedule_crontab(const SummarySeries& series) {
  std::string text = "# " + title(series) + "\n";
  for (const PeriodicSource& source : series.report.periodic_sources)
    text += "# " + source_words(source) + "\n";
  for (const LearntJob& job : series.report.schedule) {
    text += fmt::format(
        "# {}{}{}\n", runs_words(job.runs), cost_words(job),
        job.other_runs > 0 ? fmt::format(", {} at no fixed time", job.other_runs) : std::string());
    const bool plain = escape_bytes(job.command) == job.command;
    const bool named = is_user_word(job.username);
    const bool writable = plain && named;
    if (!plain) text += "# no crontab can hold these bytes (written as \\xNN):\n";
    if (!named && !job.username.empty()) text += "# no crontab can hold this user:\n";
    const std::string rest = (job.username.empty() ? "?" : escape_bytes(job.username)) + " " +
                             (writable ? crontab_command(job.command) : escape_bytes(job.command)) +
                             "\n";
    if (job.times.empty()) text += "# " + rest;
    for (const LearntTime& time : job.times) {
      if (time.since || time.until) text += fmt::format("#{}:\n", part_words(time));
      // What ended is no line of today's crontab.
      text += (writable && !time.until ? "" : "# ") + time.fields + " " + rest;
    }
  }
  return text;
}

std::string schedule_jsonl(const SummarySeries& series) {
  DocumentJson json = {{"input", escape_bytes(series.input)}};
  put_text(json, "volume", series.volume);
  put_text(json, "folder", series.folder);
  put_text(json, "hostname", series.report.hostname);
  if (series.recovered) json["recovered"] = true;
  put_coverage(json, series.report.coverage);
  put_schedule(json, series.report);
  return dump_json(json, -1) + "\n";
}

}  // namespace pidometer
