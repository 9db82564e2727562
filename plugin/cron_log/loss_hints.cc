#include "plugin/cron_log/loss_hints.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "plugin/cron_log/records_by_line.h"

namespace pidometer {
namespace {

/// imjournal and imuxsock tell of what they dropped when their interval is over (600 s), journald
/// when 30 s have passed since it last said so; a daemon that ends loses what it has not written.
constexpr std::chrono::minutes kNear{10};
/// Between the socket's first line and the daemon's, and the daemon's end and the machine's.
constexpr std::chrono::minutes kByBoot{2};
/// Where a log begins with such a word it is not known how much earlier it was said.
constexpr std::chrono::hours kBeforeLog{1};
/// What a daemon writes while it ends is no sign that it runs: systemd kills it after this time
/// (DefaultTimeoutStopSec).
constexpr std::chrono::seconds kEnding{90};
/// A second that daemons differ by is no clock that was set back.
constexpr std::chrono::seconds kJitter{1};

struct DatedWord {
  Timestamp begin;
  Timestamp end;
  SyslogWord word;
  std::optional<std::uint32_t> host;  ///< nothing: it may be any
};

/// Between which instants a word was said: known, or that of the records around it, of which the
/// log has some.
DatedWord date(const LossHint& hint, const RecordsByLine& by_line,
               const std::vector<StoredRecord>& records, const CopyShifts& shifts,
               std::optional<std::uint32_t> host) {
  if (hint.time) return {*hint.time, *hint.time, hint.word, host};
  const RecordsByLine::Around around = by_line.around(hint.line);
  const auto time_of = [&](std::size_t record) { return records[record].time + shifts.of(record); };
  if (around.before && hint.since_record) {
    const Timestamp time = time_of(*around.before) + *hint.since_record;
    return {time, time, hint.word, host};
  }
  const Timestamp before =
      around.before ? time_of(*around.before) : time_of(*around.behind) - kBeforeLog;
  const Timestamp after = around.behind ? time_of(*around.behind) : before + kBeforeLog;
  return {std::min(before, after), std::max(before, after), hint.word, host};
}

void add_words(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
               const JournalTwins& twins, const CopyShifts& shifts,
               std::span<const Timestamp> copied, LossHints& hints) {
  std::vector<DatedWord> words;
  for (const FileLog& log : logs) {
    if (log.begin == log.end) continue;  // nothing dates them, and nothing of it is compared
    const RecordsByLine by_line(log, records);
    for (const LossHint& hint : log.hints)
      words.push_back(date(hint, by_line, records, shifts, twins.host_named(hint.hostname)));
    if (log.hints.size() == kMostHints)
      hints.near.add(std::nullopt, words.back().begin, Timestamp::max() - kNear);
  }
  std::stable_sort(words.begin(), words.end(),
                   [](const DatedWord& a, const DatedWord& b) { return a.begin < b.begin; });
  // The next one of each host; of those whose host is not known, of anybody.
  std::map<std::optional<std::uint32_t>, Timestamp> starts;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    hints.told.add(word->host, word->begin, word->end);
    hints.near.add(word->host, word->begin - kNear, word->end + kNear);
    if (word->word == SyslogWord::started) starts.insert_or_assign(word->host, word->end);
    if (word->word != SyslogWord::stopped) continue;
    // A word that only looks like the end of the daemon (`Failed`) must not excuse all that comes.
    const auto writes = std::upper_bound(copied.begin(), copied.end(), word->end + kEnding);
    if (writes == copied.end()) continue;
    const Timestamp end = *writes + kNear;
    const auto started = starts.find(word->host);
    hints.near.add(word->host, word->begin,
                   started == starts.end() ? end : std::min(started->second, end));
  }
}

void add_boots(const std::vector<StoredRecord>& records, const SourceTable& sources,
               const JournalTwins& twins, LossHints& hints) {
  const std::span<const JournalTwins::Twin> all = twins.all();
  for (std::uint32_t host = 0; host < twins.hosts(); ++host) {
    const std::span<const std::uint32_t> places = twins.places_of_host(host);
    for (std::size_t i = 1; i < places.size(); ++i) {
      const JournalTwins::Twin& before = all[places[i - 1]];
      const JournalTwins::Twin& behind = all[places[i]];
      if (sources[records[before.record].source].boot_id ==
          sources[records[behind.record].source].boot_id)
        continue;
      hints.boots[host].add(before.time, behind.time);
      hints.by_boot[host].add(before.time - kByBoot, behind.time + kByBoot);
    }
  }
}

void add_broken(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
                const JournalTwins& twins, LossHints& hints) {
  for (const FileLog& log : logs) {
    if (!log.is_journal) continue;
    for (const UnreadSpan& span : log.unread)
      hints.broken.add(span.after.value_or(twins.first()), span.before.value_or(twins.last()));
    for (std::size_t r = log.begin + 1; r < log.end; ++r)
      if (records[r].time + kJitter < records[r - 1].time)
        hints.broken.add(records[r].time, records[r - 1].time);
  }
}

}  // namespace

void TimeStretches::add(Timestamp begin, Timestamp end) {
  stretches_.emplace_back(std::min(begin, end), std::max(begin, end));
}

void TimeStretches::settle() {
  std::sort(stretches_.begin(), stretches_.end());
  std::vector<std::pair<Timestamp, Timestamp>> joined;
  for (const auto& stretch : stretches_)
    if (!joined.empty() && stretch.first <= joined.back().second)
      joined.back().second = std::max(joined.back().second, stretch.second);
    else
      joined.push_back(stretch);
  stretches_ = std::move(joined);
}

void HostStretches::settle() {
  of_all_.settle();
  for (TimeStretches& one : own_) one.settle();
}

bool TimeStretches::touches(Timestamp begin, Timestamp end) const {
  const auto at = std::partition_point(stretches_.begin(), stretches_.end(),
                                       [&](const auto& stretch) { return stretch.second < begin; });
  return at != stretches_.end() && at->first <= end;
}

LossHints find_loss_hints(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
                          const SourceTable& sources, const JournalTwins& twins,
                          const CopyShifts& shifts, std::span<const Timestamp> copied) {
  LossHints hints(twins.hosts());
  add_words(logs, records, twins, shifts, copied, hints);
  add_boots(records, sources, twins, hints);
  add_broken(logs, records, twins, hints);
  hints.told.settle();
  hints.near.settle();
  hints.broken.settle();
  for (TimeStretches& one : hints.boots) one.settle();
  for (TimeStretches& one : hints.by_boot) one.settle();
  return hints;
}

}  // namespace pidometer
