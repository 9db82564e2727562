#include "plugin/readings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

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

/// Says of each record in turn whether lines before it may be lost. Records of one file must come
/// in the order of their offsets.
class DamageMarks {
 public:
  explicit DamageMarks(const LogSeries& log) : log_(log), spans_(log.reports.size()) {
    for (const UnreadSpan& span : log.unread)
      if (span.damaged) spans_[span.file].push_back(span.range.begin);
    last_.resize(log.reports.size());
    for (std::size_t i = 0; i < log.records.size(); ++i) last_[log.records[i].file] = i;
  }

  bool before(const StoredRecord& record, std::size_t index) {
    bool lost = std::exchange(pending_, false);
    std::vector<std::uint64_t>& spans = spans_[record.file];
    const auto passed = std::lower_bound(spans.begin(), spans.end(), std::uint64_t{record.offset});
    lost = lost || passed != spans.begin();
    spans.erase(spans.begin(), passed);
    // What lay between two recovered pieces of a log is not known.
    if (index > 0 && log_.records[index - 1].file != record.file &&
        (is_recovered(record.file) || is_recovered(log_.records[index - 1].file)))
      lost = true;
    // Damage behind the last record of a file is before whatever comes next in the series.
    if (index == last_[record.file] && (!spans.empty() || !log_.reports[record.file].complete))
      pending_ = true;
    return lost;
  }

 private:
  bool is_recovered(std::size_t file) const {
    return log_.reports[file].entry.recovery.has_value();
  }

  const LogSeries& log_;
  std::vector<std::vector<std::uint64_t>> spans_;  ///< starts, ascending, a list a file
  std::vector<std::size_t> last_;                  ///< index of the last record of each file
  bool pending_ = false;
};

}  // namespace

std::vector<Reading> readings_of(const LogSeries& log) {
  std::vector<Reading> readings;
  readings.reserve(log.records.size());
  DamageMarks marks(log);
  bool damage = false;
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    damage = marks.before(record, i) || damage;
    const std::optional<ReadingKind> kind = reading_kind(record);
    if (!kind) continue;
    readings.push_back(Reading{record.time, record.pid, record.label, static_cast<std::uint32_t>(i),
                               record.utc_offset_minutes, *kind, std::exchange(damage, false)});
  }
  return readings;
}

}  // namespace pidometer
