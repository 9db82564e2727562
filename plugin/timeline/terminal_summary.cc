#include "plugin/timeline/terminal_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "plugin/timeline/level_color.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

using Entry = TerminalSummary::Entry;

constexpr std::size_t kLevelColumns = 8;  // `critical`
constexpr std::size_t kTimeColumns = 14;  // `08:50 to 09:00`
constexpr std::size_t kIdColumns = 16;
/// Of the host, in a night of several; longer names are cut.
constexpr std::size_t kHostColumns = 12;
constexpr std::string_view kBold = "\x1b[1m";

bool alarm(const Entry& entry) {
  return entry.level >= Level::medium;
}

/// PIDs that the finding itself leaves unexplained: an activity sums its findings up.
std::int64_t unexplained_of(const Entry& entry) {
  return entry.kind == AnomalyKind::pid_excess || entry.kind == AnomalyKind::record_gap
             ? entry.excess_pids
             : 0;
}

/// The gravest first.
bool graver(const Entry& a, const Entry& b) {
  return std::tuple(b.level, b.score_log, b.excess_pids, a.start) <
         std::tuple(a.level, a.score_log, a.excess_pids, b.start);
}

std::string colored(std::string_view text, std::string_view code, const TerminalLook& look) {
  return look.color ? fmt::format("{}{}{}", code, text, kColorEnd) : std::string(text);
}

/// In lines as wide as the terminal: nothing of a heading's figures is cut off.
std::string heading(std::string_view text, const TerminalLook& look) {
  std::string lines = wrapped(text, 0, look);
  if (lines.empty()) return "\n";
  lines.pop_back();
  return colored(lines, kBold, look) + "\n";
}

/// The window by the host's clock, without the day where it is the night's, and without the offset
/// where that is the one which the night's heading names.
std::string time_words(const Entry& entry, int heading_offset) {
  const int begin = entry.utc_offset_minutes;
  const int behind = entry.end_utc_offset_minutes;
  const LocalClock start = local_clock(entry.start, begin);
  const auto named = [](int offset) { return fmt::format(" ({})", offset_words(offset)); };
  if (entry.start == entry.end)
    return start.second + (begin == heading_offset ? std::string() : named(begin));
  const LocalClock end = local_clock(entry.end, behind);
  Entry last = entry;
  last.start = entry.end - std::chrono::microseconds(1);
  last.utc_offset_minutes = behind;
  const bool strange = begin != heading_offset || behind != heading_offset;
  return fmt::format("{}{} to {}{}{}", start.minute, begin != behind ? named(begin) : std::string(),
                     night_of(last) == night_of(entry) ? std::string() : end.day + " ", end.minute,
                     strange ? named(behind) : std::string());
}

std::string night_words(std::int64_t night) {
  const DayWords first = day_words(night);
  const DayWords second = day_words(night + 1);
  const std::string from =
      first.month == second.month ? first.day : fmt::format("{} {}", first.day, first.month);
  return fmt::format("Night of {} to {} {} {}", from, second.day, second.month, second.year);
}

/// One line a finding; `part` of an activity stands below it. The sentence gives way first, the id
/// never: it is what is copied.
std::string entry_line(const Entry& entry, bool part, bool with_host, int heading_offset,
                       const TerminalLook& look) {
  const std::string level =
      entry.level == Level::informational ? "info" : std::string(level_name(entry.level));
  std::string line = part ? (look.unicode ? "  └ " : "  ` ") : "  ";
  const std::size_t lead = part ? 4 : 2;
  line += colored(padded(level, kLevelColumns, look), level_color(entry.level), look) + "  ";
  const std::string time = padded(time_words(entry, heading_offset), kTimeColumns, look);
  line += time + "  ";
  std::size_t used = lead + kLevelColumns + 2 + display_width(time, look) + 2;
  if (with_host && !part) {
    line +=
        padded(fit_width(shown_bytes(entry.host, look), kHostColumns, look), kHostColumns, look);
    line += "  ";
    used += kHostColumns + 2;
  }
  // Where a narrow terminal leaves no room for words the line is wider than it.
  constexpr std::size_t kLeastWords = 12;
  const std::size_t room = std::max(
      kLeastWords, look.columns > used + 2 + kIdColumns ? look.columns - used - 2 - kIdColumns : 0);
  const std::string words =
      entry.evidence.empty() ? entry.words : entry.words + ": " + shown_bytes(entry.evidence, look);
  line += padded(fit_width(words, room, look), room, look) + "  " + entry.id;
  return line + "\n";
}

struct Night {
  std::int64_t number = 0;
  std::vector<const Entry*> entries;  ///< in the order of time
  const Entry* gravest = nullptr;
};

/// Those with an alarm, in the order of time: all, or the gravest.
std::vector<Night> worst_nights(const std::vector<Entry>& entries) {
  std::map<std::int64_t, Night> by_number;
  for (const Entry& entry : entries) {
    if (!alarm(entry)) continue;
    Night& night = by_number[night_of(entry)];
    night.number = night_of(entry);
    night.entries.push_back(&entry);
    if (night.gravest == nullptr || graver(entry, *night.gravest)) night.gravest = &entry;
  }
  std::vector<Night> nights;
  for (auto& [number, night] : by_number) nights.push_back(std::move(night));
  if (nights.size() > TerminalSummary::kMostNights) {
    std::sort(nights.begin(), nights.end(),
              [](const Night& a, const Night& b) { return graver(*a.gravest, *b.gravest); });
    nights.resize(TerminalSummary::kMostNights);
  }
  std::sort(nights.begin(), nights.end(),
            [](const Night& a, const Night& b) { return a.number < b.number; });
  for (Night& night : nights)
    std::stable_sort(night.entries.begin(), night.entries.end(),
                     [](const Entry* a, const Entry* b) { return a->start < b->start; });
  return nights;
}

using PartsByActivity = std::map<std::string_view, std::vector<const Entry*>>;

/// `dropped`: the findings of this night that are not held.
std::string night_text(const Night& night, const TerminalSummary::Dropped& dropped,
                       const PartsByActivity& parts, const TerminalLook& look) {
  std::set<std::string_view> summed_up;
  std::set<std::string_view> hosts;
  std::int64_t unexplained = dropped.unexplained;
  for (const Entry* entry : night.entries) {
    if (entry->kind == AnomalyKind::activity) summed_up.insert(entry->activity_id);
    unexplained += unexplained_of(*entry);
    hosts.insert(entry->host);
  }
  const Entry& first = *night.entries.front();
  std::string title = fmt::format(
      "{} ({})", night_words(night.number),
      first.zone_assumed ? "UTC by assumption" : offset_words(first.utc_offset_minutes));
  if (hosts.size() == 1 && !hosts.begin()->empty())
    title += fmt::format(", {}", fit_width(shown_bytes(*hosts.begin(), look), kIdColumns, look));
  if (unexplained > 0)
    title += fmt::format(": {} unexplained PID{}", unexplained, unexplained == 1 ? "" : "s");
  std::string text = heading(title, look);
  std::vector<std::pair<const Entry*, bool>> lines;
  for (const Entry* entry : night.entries) {
    if (entry->kind != AnomalyKind::activity && summed_up.contains(entry->activity_id)) continue;
    lines.emplace_back(entry, false);
    const auto found = parts.find(entry->activity_id);
    if (entry->kind != AnomalyKind::activity || found == parts.end()) continue;
    for (const Entry* part : found->second) lines.emplace_back(part, true);
  }
  const std::size_t shown = std::min(lines.size(), TerminalSummary::kMostLines);
  for (std::size_t i = 0; i < shown; ++i)
    text += entry_line(*lines[i].first, lines[i].second, hosts.size() > 1, first.utc_offset_minutes,
                       look);
  if (const std::uint64_t more = lines.size() - shown + dropped.findings; more > 0)
    text += fmt::format("  and {} more: -f text shows them\n", more);
  return text + "\n";
}

std::string days_text(const std::string& name, const UnexplainedDays& days,
                      const TerminalLook& look) {
  // Two columns are the margin.
  const Sparkline line = draw_sparkline(days, look.columns - 2, look.unicode);
  if (line.marks.empty()) return {};
  std::string title = "Unexplained PIDs a day";
  if (!name.empty()) title += fmt::format(" of {}", shown_bytes(name, look));
  title += line.peak_pids > 0
               ? fmt::format(", at most {} on {}", line.peak_pids, long_date(line.peak_day))
               : ": none";
  const std::string first = long_date(line.first_day);
  const std::string last = long_date(line.last_day);
  std::string scale = first == last ? first : first + " to " + last;
  if (line.peak_pids > 0) scale += ", logarithmic";
  if (line.days_a_mark > 1) scale += fmt::format(", a mark for {} days", line.days_a_mark);
  return heading(title, look) +
         fmt::format("  {}\n  {}\n\n", line.marks, fit_width(scale, look.columns - 2, look));
}

}  // namespace

std::int64_t night_of(const Entry& entry) {
  return local_day(entry.start - std::chrono::hours(12), entry.utc_offset_minutes);
}

void TerminalSummary::add_row(const TimelineEvent& event) {
  if (!std::holds_alternative<FindingBody>(event.body)) return;
  Entry entry = summary_entry(event);
  if (entry.kind == AnomalyKind::record_gap && entry.excess_pids > 0 && event.source != nullptr) {
    UnexplainedDay& day =
        gap_days_[event.source->series][local_day(entry.start, entry.utc_offset_minutes)];
    day.pids += static_cast<double>(entry.excess_pids);
    ++day.intervals;
  }
  if (!alarm(entry)) {
    below_ += entry.kind == AnomalyKind::activity ? 0 : 1;
    if (entry.activity_id.empty()) return;
  }
  entries_.push_back(std::move(entry));
  if (entries_.size() < 2 * kMostFindings) return;
  std::nth_element(entries_.begin(), entries_.begin() + kMostFindings, entries_.end(), graver);
  for (std::size_t i = kMostFindings; i < entries_.size(); ++i) {
    if (!alarm(entries_[i])) continue;
    Dropped& night = dropped_[night_of(entries_[i])];
    night.unexplained += unexplained_of(entries_[i]);
    night.findings += entries_[i].kind == AnomalyKind::activity ? 0 : 1;
  }
  entries_.resize(kMostFindings);
}

void TerminalSummary::add_clock(const ClockPlace& place, HostClock clock) {
  std::string name = clock.hostname.empty() ? place.image + ":" + place.folder : clock.hostname;
  if (place.recovered) name += ", recovered";
  hosts_.push_back({clock.series, std::move(name), unexplained_days(clock)});
}

UnexplainedDays TerminalSummary::all_days(const Host& host) const {
  UnexplainedDays days = host.days;
  const auto gaps = gap_days_.find(host.series);
  if (gaps == gap_days_.end()) return days;
  for (const auto& [number, of_gaps] : gaps->second) {
    UnexplainedDay& day = days[number];
    day.pids += of_gaps.pids;
    day.intervals += of_gaps.intervals;
  }
  return days;
}

std::string TerminalSummary::write(const RunSummary& summary, const TerminalLook& look) const {
  std::string text;
  struct Line {
    double pids;
    const std::string* name;
    UnexplainedDays days;
  };
  std::vector<Line> hosts;
  for (const Host& host : hosts_) {
    Line line{0, &host.name, all_days(host)};
    for (const auto& [day, one] : line.days) line.pids += std::max(one.pids, 0.0);
    if (!line.days.empty()) hosts.push_back(std::move(line));
  }
  std::ranges::stable_sort(hosts, std::ranges::greater(), &Line::pids);
  for (std::size_t i = 0; i < std::min(hosts.size(), kMostHosts); ++i)
    text += days_text(hosts.size() == 1 ? std::string() : *hosts[i].name, hosts[i].days, look);
  if (hosts.size() > kMostHosts)
    text += fmt::format("and {}\n\n", counted_words(hosts.size() - kMostHosts, "more host"));

  PartsByActivity parts;
  std::uint64_t alarms = 0;
  const Entry* gravest = nullptr;
  std::set<std::int64_t> all_nights;
  for (const auto& [night, dropped] : dropped_) {
    alarms += dropped.findings;
    all_nights.insert(night);
  }
  std::vector<const Entry*> in_order;
  for (const Entry& entry : entries_) in_order.push_back(&entry);
  std::stable_sort(in_order.begin(), in_order.end(),
                   [](const Entry* a, const Entry* b) { return a->start < b->start; });
  for (const Entry* entry : in_order) {
    const bool sum = entry->kind == AnomalyKind::activity;
    if (!sum && !entry->activity_id.empty()) parts[entry->activity_id].push_back(entry);
    if (!alarm(*entry)) continue;
    if (!sum) ++alarms;
    all_nights.insert(night_of(*entry));
    if (gravest == nullptr || graver(*entry, *gravest)) gravest = entry;
  }
  const std::vector<Night> nights = worst_nights(entries_);
  for (const Night& night : nights) {
    const auto dropped = dropped_.find(night.number);
    text += night_text(night, dropped == dropped_.end() ? Dropped{} : dropped->second, parts, look);
  }
  if (all_nights.size() > nights.size())
    text += fmt::format("and {}; these are the gravest\n\n",
                        counted_words(all_nights.size() - nights.size(), "more night"));
  const auto judged = [](const SummarySeries& series) { return was_judged(series.report); };
  if (alarms == 0 && !summary.series.empty() && std::ranges::none_of(summary.series, judged))
    text += wrapped("Nothing was judged, and that nothing was found says nothing: below is why.", 0,
                    look);
  else if (alarms == 0)
    text += wrapped(
        "No finding of level medium or above. A window without a finding proves nothing: below is "
        "what could be judged, and the smallest excess that raises an alarm.",
        0, look);
  else
    text += wrapped(
        fmt::format(
            "{} of level medium or above in {}. A PID goes to every process and every thread. A "
            "line that sums findings up is none itself. The sums count different things: a night's "
            "its findings of these levels; an activity's its findings of all levels, and what "
            "lies beside them; a day's all its intervals, less what others took fewer.",
            counted_words(alarms, "finding"), counted_words(all_nights.size(), "night")),
        0, look);
  if (below_ > 0)
    text += wrapped(
        fmt::format("{} below medium: -f text shows them.", counted_words(below_, "finding")), 0,
        look);
  text += '\n';
  text += heading("What was read", look) + read_words(summary, look);
  text += '\n';
  text += heading("Next", look);
  text += next_words(summary, gravest == nullptr ? std::string() : gravest->id, look);
  return text;
}

}  // namespace pidometer
