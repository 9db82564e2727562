#include "plugin/readings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "plugin/cron_log/boot_ids.h"

namespace pidometer {
namespace {

/// What a record is to the clock.
std::optional<ReadingKind> reading_kind(const StoredRecord& record) {
  switch (record.pid_role) {
    case PidRole::none:
      return std::nullopt;
    case PidRole::boot:
      return ReadingKind::boot;
    case PidRole::old:
      return record.event == CronEvent::run_parts_start ? ReadingKind::pseudo : ReadingKind::check;
    case PidRole::fresh:
      break;
  }
  switch (record.event) {
    case CronEvent::command:
      return ReadingKind::job;
    case CronEvent::anacron_start:
    case CronEvent::run_parts_start:
      return ReadingKind::pseudo;
    default:
      return ReadingKind::event;
  }
}

/// Says of each record in turn what of the log before it is lost. Records of one file must come in
/// the order of their offsets, unless its report says that they were put in another one.
class LossMarks {
 public:
  explicit LossMarks(const LogSeries& log) : log_(log), spans_(log.reports.size()) {
    for (const UnreadSpan& span : log.unread)
      spans_[span.file].push_back(
          {span.range.begin, span.damaged ? Loss::damaged : Loss::unparsed});
    last_.resize(log.reports.size());
    for (std::size_t i = 0; i < log.records.size(); ++i) last_[log.records[i].file] = i;
  }

  Loss before(const StoredRecord& record, std::size_t index) {
    Loss loss = std::exchange(pending_, Loss::none);
    Spans& spans = spans_[record.file];
    const bool reordered = log_.reports[record.file].reordered;
    if (reordered && !spans.empty()) loss = std::max(loss, between_lines(record, spans));
    for (; !reordered && spans.next < spans.size() && spans[spans.next].begin < record.offset;
         ++spans.next)
      loss = std::max(loss, spans[spans.next].loss);
    // What lay between two recovered pieces of a log is not known.
    if (index > 0 && log_.records[index - 1].file != record.file &&
        (is_recovered(record.file) || is_recovered(log_.records[index - 1].file)))
      loss = Loss::damaged;
    // What is lost behind the last record of a file is before whatever comes next in the series.
    if (index == last_[record.file]) {
      for (std::size_t k = spans.next; !reordered && k < spans.size(); ++k)
        pending_ = std::max(pending_, spans[k].loss);
      if (!log_.reports[record.file].complete) pending_ = Loss::damaged;
    }
    return loss;
  }

 private:
  struct Span {
    std::uint64_t begin;
    Loss loss;
  };
  struct Spans : std::vector<Span> {
    std::size_t next = 0;                      ///< those before it have been passed
    std::optional<std::uint64_t> offset = {};  ///< of the record before, in a log put in order
  };

  /// Of a log whose records are not in the order of its lines: what is lost between the lines of
  /// this record and the one before it, whichever stands first.
  static Loss between_lines(const StoredRecord& record, Spans& spans) {
    const std::uint64_t own = record.offset;
    const std::uint64_t other = std::exchange(spans.offset, own).value_or(own);
    Loss loss = Loss::none;
    auto span = std::ranges::lower_bound(spans, std::min(own, other), {}, &Span::begin);
    for (; span != spans.end() && span->begin < std::max(own, other); ++span)
      loss = std::max(loss, span->loss);
    return loss;
  }

  bool is_recovered(std::size_t file) const {
    return log_.reports[file].entry.recovery.has_value();
  }

  const LogSeries& log_;
  std::vector<Spans> spans_;       ///< by offset, a list a file
  std::vector<std::size_t> last_;  ///< index of the last record of each file
  Loss pending_ = Loss::none;
};

}  // namespace

std::vector<Reading> readings_of(const LogSeries& log) {
  std::vector<Reading> readings;
  readings.reserve(log.records.size());
  const std::vector<std::uint32_t> boots = number_boots(log);
  LossMarks marks(log);
  Loss lost = Loss::none;
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    lost = std::max(lost, marks.before(record, i));
    const std::optional<ReadingKind> kind = reading_kind(record);
    if (!kind) continue;
    readings.push_back(Reading{record.time, record.pid, record.label, static_cast<std::uint32_t>(i),
                               record.utc_offset_minutes, *kind, std::exchange(lost, Loss::none),
                               boots[record.source]});
  }
  return readings;
}

}  // namespace pidometer
