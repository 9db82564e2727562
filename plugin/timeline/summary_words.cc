#include "plugin/timeline/summary_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/step_limit.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/level_color.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/time_text.h"
#include "plugin/timeline/unexplained_days.h"

namespace pidometer {
namespace {

constexpr std::size_t kIndent = 2;
/// Inputs, hosts and kinds of warnings that are named one by one.
constexpr std::size_t kMostNamed = 8;

std::string more_words(std::size_t all, const char* noun) {
  return all <= kMostNamed
             ? ""
             : std::string(kIndent, ' ') + fmt::format("and {} more {}s\n", all - kMostNamed, noun);
}

std::string input_words(const RunSummary& summary, const SummaryInput& input,
                        const TerminalLook& look) {
  std::uint64_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t volumes = 0;
  for (const SummaryLog& log : summary.logs) {
    if (log.input != input.name) continue;
    ++logs;
    records += log.report.records;
  }
  for (const SummaryVolume& volume : summary.volumes) volumes += volume.input == input.name ? 1 : 0;
  std::string words = fmt::format("{} ({}): ", shown_bytes(input.name, look), input.kind);
  if (volumes > 0) words += counted_words(volumes, "volume") + ", ";
  words += counted_words(logs, "log") + ", " + counted_words(records, "record");
  if (!input.damage.empty()) words += "; damaged";
  return wrapped(words, kIndent, look);
}

/// `2`, or `2 to 5`.
std::string range_words(std::pair<std::int64_t, std::int64_t> range) {
  const std::string most =
      range.second >= kNoAlarmPids ? "any number" : std::to_string(range.second);
  return range.first == range.second ? most : fmt::format("{} to {}", range.first, most);
}

std::string alarm_words(const SeriesReport& report) {
  bool any = false;
  std::pair<std::int64_t, std::int64_t> half;
  std::pair<std::int64_t, std::int64_t> most;
  const auto widen = [&any](std::pair<std::int64_t, std::int64_t>& range, std::int64_t value) {
    range = any ? std::pair(std::min(range.first, value), std::max(range.second, value))
                : std::pair(value, value);
  };
  for (const PeriodCoverage& period : report.periods) {
    if (period.intervals == 0) continue;
    widen(half, period.smallest_alarm);
    widen(most, period.smallest_alarm_high);
    any = true;
  }
  if (!any) return {};
  if (half.first >= kNoAlarmPids)
    return "; no excess would raise an alarm: too few intervals show what is usual";
  return fmt::format(
      "; smallest alarm: {} PID{} too many in half of the intervals, {} in nine tenths",
      range_words(half), half == std::pair<std::int64_t, std::int64_t>(1, 1) ? "" : "s",
      range_words(most));
}

/// By the host's own clock, as its nights are.
std::string coverage_words(const SeriesReport& report) {
  const int begin = report.begin_utc_offset_minutes;
  const int end = report.end_utc_offset_minutes;
  return fmt::format("{}{} to {} ({})", minute_words(report.coverage->begin, begin),
                     begin == end ? "" : fmt::format(" ({})", offset_words(begin)),
                     minute_words(report.coverage->end, end), offset_words(end));
}

std::string series_words(const SummarySeries& series, const TerminalLook& look) {
  const SeriesReport& report = series.report;
  std::string words = shown_bytes(
      series.volume.empty() ? series.folder : fmt::format("{}:{}", series.volume, series.folder),
      look);
  if (!report.hostname.empty()) words += " of " + shown_bytes(report.hostname, look);
  if (series.recovered) words += ", recovered";
  if (report.coverage) words += ": " + coverage_words(report);
  if (!was_judged(report)) {
    words += ", nothing was judged: " + why_unjudged(report);
    return wrapped(words, kIndent + 2, look);
  }
  words += fmt::format(", {} judged", counted_words(report.intervals, "interval"));
  if (report.unjudged_intervals > 0)
    words += fmt::format(", {} not: a window without a finding there says nothing",
                         with_thousands(report.unjudged_intervals));
  return wrapped(words + alarm_words(report), kIndent + 2, look);
}

std::string trouble_words(const RunSummary& summary, const TerminalLook& look) {
  const std::map<WarningKind, std::uint64_t> counts = count_warnings(summary);
  std::uint64_t all = 0;
  std::string kinds;
  for (const auto& [kind, count] : counts) {
    all += count;
    if (!kinds.empty()) kinds += ", ";
    if (counts.size() > 1) kinds += with_thousands(count) + " ";
    kinds += warning_kind_name(kind);
  }
  std::string text;
  if (!summary.errors.empty())
    text += wrapped(counted_words(summary.errors.size(), "error") + ": not all was read", kIndent,
                    look);
  return text + wrapped(all == 0 ? "no warnings"
                                 : fmt::format("{} ({}): --summary FILE lists them",
                                               counted_words(all, "warning"), kinds),
                        kIndent, look);
}

/// What a command needs so that it reads the same evidence in the same way.
struct SameReading {
  std::string flags;
  std::string inputs;
  bool dashes = false;  ///< an input begins as a flag does

  /// `output`: the flag and its argument, behind the inputs, where it is easily changed.
  std::string command(std::string_view name, const std::string& output) const {
    std::string text = "pidometer " + std::string(name) + flags;
    return dashes ? text + output + " --" + inputs : text + inputs + output;
  }
};

SameReading same_reading(const RunSummary& summary, const TerminalLook& look) {
  static constexpr std::array<std::string_view, 6> kKept = {"root", "as",      "timezone",
                                                            "year", "pid_max", "step_limit"};
  SameReading reading;
  std::string& flags = reading.flags;
  std::string& inputs = reading.inputs;
  for (const SummaryOption& option : summary.options) {
    if (option.name == "recover" && std::get<bool>(option.value)) flags += " --recover";
    const bool is_input = option.name == "inputs";
    if (!is_input && std::find(kKept.begin(), kKept.end(), option.name) == kKept.end() &&
        option.name != "known")
      continue;
    if (option.name == "as" && std::get<std::string>(option.value) == "automatic") continue;
    if (option.name == "step_limit" && std::get<std::int64_t>(option.value) == kUsualStepLimit)
      continue;
    std::string flag = " --" + option.name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    std::visit(
        [&](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, std::string>) {
            flags += flag + " " + shell_word(value, look);
          } else if constexpr (std::is_same_v<Value, std::int64_t>) {
            flags += flag + " " + std::to_string(value);
          } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
            if (value.size() > kMostNamed) {
              (is_input ? inputs : flags) += is_input ? " INPUT..." : flag + " DIR...";
              return;
            }
            for (const std::string& one : value) {
              if (is_input && one.starts_with('-')) reading.dashes = true;
              (is_input ? inputs : flags) +=
                  fmt::format("{} {}", is_input ? std::string() : flag, shell_word(one, look));
            }
          }
        },
        option.value);
  }
  if (!summary.hostname.empty()) flags += " --host " + shell_word(summary.hostname, look);
  return reading;
}

}  // namespace

bool was_judged(const SeriesReport& report) {
  return report.intervals > 0 && report.no_clock.empty();
}

std::string why_unjudged(const SeriesReport& report) {
  if (was_judged(report)) return {};
  if (!report.no_clock.empty()) return report.no_clock;
  std::vector<std::string_view> reasons;
  for (const UnjudgedStretch& stretch : report.unjudged)
    if (std::ranges::find(reasons, stretch.reason) == reasons.end())
      reasons.push_back(stretch.reason);
  std::string words;
  for (const std::string_view reason : reasons) {
    if (!words.empty()) words += "; ";
    words += reason;
  }
  if (!words.empty()) return words;
  if (report.readings == 0) return "no record has a PID that the counter handed out just then";
  return counted_words(report.readings, "reading") +
         " of the counter, and no two follow one another in one boot session";
}

std::string with_thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string counted_words(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_thousands(count), noun, count == 1 ? "" : "s");
}

DayWords day_words(std::int64_t day) {
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))};
  return {std::to_string(static_cast<unsigned>(date.day())),
          kMonths.at(static_cast<unsigned>(date.month()) - 1),
          std::to_string(static_cast<int>(date.year()))};
}

std::string long_date(std::int64_t day) {
  const DayWords words = day_words(day);
  return fmt::format("{} {} {}", words.day, words.month, words.year);
}

LocalClock local_clock(Timestamp time, int utc_offset_minutes) {
  const Timestamp local = time + std::chrono::minutes(utc_offset_minutes);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::hh_mm_ss clock{local - day};
  const DayWords words = day_words(day.time_since_epoch().count());
  const std::string minute =
      fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
  return {words.day + " " + words.month, minute,
          fmt::format("{}:{:02}", minute, clock.seconds().count())};
}

std::string minute_words(Timestamp time, int utc_offset_minutes) {
  return long_date(local_day(time, utc_offset_minutes)) + ", " +
         local_clock(time, utc_offset_minutes).minute;
}

std::string offset_words(int minutes) {
  return minutes == 0 ? "UTC" : offset_digits(minutes);
}

std::string shell_word(std::string_view bytes, const TerminalLook& look) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+,=-";
  if (!bytes.empty() && bytes.find_first_not_of(kPlain) == std::string_view::npos)
    return std::string(bytes);
  const std::string shown = shown_bytes(bytes, look);
  std::string word = shown == bytes ? "'" : "$'";
  if (shown == bytes) {
    for (const char c : bytes) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
  }
  // Bash's and zsh's form for bytes that a terminal does not show.
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f)
      word += fmt::format("\\{:03o}", static_cast<unsigned>(byte));
    else
      word += c == '\'' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c);
  }
  return word + "'";
}

std::string read_words(const RunSummary& summary, const TerminalLook& look) {
  std::string text;
  for (std::size_t i = 0; i < std::min(summary.inputs.size(), kMostNamed); ++i) {
    const SummaryInput& input = summary.inputs[i];
    text += input_words(summary, input, look);
    std::size_t hosts = 0;
    for (const SummarySeries& series : summary.series) {
      if (series.input != input.name) continue;
      if (++hosts <= kMostNamed) text += series_words(series, look);
    }
    text += more_words(hosts, "host");
  }
  text += more_words(summary.inputs.size(), "input");
  return text + trouble_words(summary, look);
}

std::string next_words(const RunSummary& summary, const std::string& finding,
                       const TerminalLook& look) {
  const SameReading reading = same_reading(summary, look);
  std::string text;
  // A command is never broken: it is there to be copied.
  const auto add = [&](std::string_view what, const std::string& command) {
    text += fmt::format("  {}:\n    {}\n", what, command);
  };
  if (!finding.empty())
    add("every number of the gravest finding", reading.command("explain " + finding, {}));
  add("graph, findings, evidence and method as one HTML file",
      reading.command("report", " -o report.html"));
  add("rows for a timeline", reading.command("scan", " -o findings.jsonl"));
  return text;
}

}  // namespace pidometer
