#include "plugin/cron_log/zone_clock.h"

#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

constexpr std::int64_t kCell = 15 * 60;
/// Lines of one second, and of processes that wrote late, stand out of order by this much.
constexpr std::int64_t kDisorder = 90 * kMicrosPerSecond;
/// The same job within half a minute of the same wall clock, and not started beside the first.
constexpr std::int64_t kSameTick = 30 * kMicrosPerSecond;
constexpr std::int64_t kTickPids = 30;
constexpr std::size_t kMostSeen = 4096;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

LocalTime local(std::int64_t seconds) {
  return LocalTime(std::chrono::seconds(seconds));
}

std::int16_t to_minutes(std::int64_t seconds) {
  return static_cast<std::int16_t>(floor_divide(seconds, 60));
}

}  // namespace

bool ZoneClock::is_second_pass(std::int64_t first_micros, const StoredRecord& record) {
  if (last_ != INT64_MIN && first_micros < last_ - kDisorder) return true;
  if (record.event != CronEvent::command) return false;
  for (const Seen& seen : first_pass_) {
    const std::int64_t apart = first_micros - seen.micros;
    const std::int64_t pids = std::int64_t{record.pid} - std::int64_t{seen.pid};
    if (seen.label == record.label && apart > -kSameTick && apart < kSameTick &&
        (pids > kTickPids || pids < -kTickPids))
      return true;
  }
  if (first_pass_.size() < kMostSeen)
    first_pass_.push_back({record.label, record.pid, first_micros});
  return false;
}

ZoneClock::Dated ZoneClock::date(std::int64_t local_micros, const StoredRecord& record) {
  std::int64_t offset = cell_offset_;
  if (local_micros < cell_begin_ || local_micros - cell_begin_ >= kCell * kMicrosPerSecond) {
    const std::int64_t seconds = floor_divide(local_micros, kMicrosPerSecond);
    const std::int64_t cell = floor_divide(seconds, kCell);
    const auto low = zone_.to_utc(local(cell * kCell));
    const auto high = zone_.to_utc(local(cell * kCell + kCell - 1));
    const bool plain = low.kind == TimeZone::Kind::unique && high.kind == TimeZone::Kind::unique &&
                       (high.first - low.first).count() == kCell - 1;
    if (plain) {
      cell_begin_ = cell * kCell * kMicrosPerSecond;
      offset = cell_offset_ = cell * kCell - low.first.time_since_epoch().count();
      first_pass_.clear();
    } else {
      cell_begin_ = INT64_MAX;
      const auto instants = zone_.to_utc(local(seconds));
      if (instants.kind == TimeZone::Kind::skipped) {
        ++skipped_;
        offset = zone_.offset_at(instants.first - std::chrono::seconds(1)).count();
      } else {
        offset = seconds - instants.first.time_since_epoch().count();
        if (instants.kind == TimeZone::Kind::ambiguous &&
            is_second_pass(local_micros - offset * kMicrosPerSecond, record))
          offset = seconds - instants.second.time_since_epoch().count();
      }
    }
  }
  last_ = local_micros - offset * kMicrosPerSecond;
  return {last_, to_minutes(offset)};
}

}  // namespace pidometer
