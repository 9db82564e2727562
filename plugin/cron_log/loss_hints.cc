#include "plugin/cron_log/loss_hints.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace pidometer {
namespace {

/// imjournal and imuxsock tell of what they dropped when their interval is over (600 s), journald
/// when 30 s have passed since it last said so; a daemon that ends loses what it has not written.
constexpr std::chrono::minutes kNear{10};
/// Between the socket's first line and the daemon's, and the daemon's end and the machine's.
constexpr std::chrono::minutes kByBoot{2};
/// Where a log begins with such a word it is not known how much earlier it was said.
constexpr std::chrono::hours kBeforeLog{1};
/// A second that daemons differ by is no clock that was set back.
constexpr std::chrono::seconds kJitter{1};

struct DatedWord {
  Timestamp begin;
  Timestamp end;
  SyslogWord word;
};

/// Between which instants a word was said: known, or that of the records around it.
DatedWord date(const LossHint& hint, const FileLog& log, const std::vector<StoredRecord>& records,
               std::chrono::minutes shift) {
  if (hint.time) return {*hint.time, *hint.time, hint.word};
  const auto begin = records.begin() + static_cast<std::ptrdiff_t>(log.begin);
  const auto end = records.begin() + static_cast<std::ptrdiff_t>(log.end);
  if (log.is_journal) shift = {};
  const auto behind = std::partition_point(
      begin, end, [&](const StoredRecord& record) { return record.line < hint.line; });
  if (behind != begin && hint.since_record) {
    const Timestamp time = std::prev(behind)->time + shift + *hint.since_record;
    return {time, time, hint.word};
  }
  const Timestamp before = behind == begin ? (begin == end ? Timestamp() : begin->time - kBeforeLog)
                                           : std::prev(behind)->time;
  const Timestamp after = behind == end ? before + kBeforeLog : behind->time;
  return {std::min(before, after) + shift, std::max(before, after) + shift, hint.word};
}

void add_words(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
               std::chrono::minutes shift, LossHints& hints) {
  std::vector<DatedWord> words;
  for (const FileLog& log : logs) {
    if (log.begin == log.end) continue;  // nothing dates them, and nothing of it is compared
    for (const LossHint& hint : log.hints) words.push_back(date(hint, log, records, shift));
    if (log.hints.size() == kMostHints)
      hints.near.add(words.back().begin, Timestamp::max() - kNear);
  }
  std::stable_sort(words.begin(), words.end(),
                   [](const DatedWord& a, const DatedWord& b) { return a.begin < b.begin; });
  std::optional<Timestamp> stopped;
  for (const DatedWord& word : words) {
    hints.told.add(word.begin, word.end);
    hints.near.add(word.begin - kNear, word.end + kNear);
    if (word.word == SyslogWord::stopped && !stopped) stopped = word.begin;
    if (word.word != SyslogWord::started || !stopped) continue;
    hints.near.add(*stopped, word.end);
    stopped.reset();
  }
  if (stopped) hints.near.add(*stopped, Timestamp::max() - kNear);
}

void add_boots(const std::vector<StoredRecord>& records, const SourceTable& sources,
               const JournalTwins& twins, LossHints& hints) {
  const std::span<const JournalTwins::Twin> all = twins.all();
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (sources[records[all[i - 1].record].source].boot_id ==
        sources[records[all[i].record].source].boot_id)
      continue;
    hints.boots.add(all[i - 1].time, all[i].time);
    hints.by_boot.add(all[i - 1].time - kByBoot, all[i].time + kByBoot);
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

bool TimeStretches::touches(Timestamp begin, Timestamp end) const {
  const auto at = std::partition_point(stretches_.begin(), stretches_.end(),
                                       [&](const auto& stretch) { return stretch.second < begin; });
  return at != stretches_.end() && at->first <= end;
}

LossHints find_loss_hints(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
                          const SourceTable& sources, const JournalTwins& twins,
                          std::chrono::minutes shift) {
  LossHints hints;
  add_words(logs, records, shift, hints);
  add_boots(records, sources, twins, hints);
  add_broken(logs, records, twins, hints);
  for (TimeStretches* one : {&hints.told, &hints.near, &hints.boots, &hints.by_boot, &hints.broken})
    one->settle();
  return hints;
}

}  // namespace pidometer
