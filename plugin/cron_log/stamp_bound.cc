#include "plugin/cron_log/stamp_bound.h"

#include <algorithm>
#include <chrono>

namespace pidometer {
namespace {

/// 1900-01-01 and 9999-01-01.
constexpr std::int64_t kFirstStamp = std::int64_t{-25567} * kMicrosPerDay;
constexpr std::int64_t kLastStamp = std::int64_t{2932532} * kMicrosPerDay;

}  // namespace

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::int32_t year_of(std::int64_t micros) {
  const std::chrono::sys_days day{
      std::chrono::days(static_cast<int>(floor_divide(micros, kMicrosPerDay)))};
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

std::string date_words(std::int64_t micros) {
  const std::chrono::year_month_day date{std::chrono::sys_days{
      std::chrono::days(static_cast<int>(floor_divide(micros, kMicrosPerDay)))}};
  const auto two = [](unsigned value) {
    return std::string(value < 10 ? "0" : "") + std::to_string(value);
  };
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day()));
}

Bound stamp_bound(const FileEntry& entry, const Rotation& rotation, PackedStamp packed) {
  Bound bound;
  // A time stamp can be anything, hence the clamps: a date has to stay one.
  if (entry.packed && (packed == PackedStamp::header || !entry.modified)) {
    bound.micros =
        std::clamp(entry.packed->time_since_epoch().count(), kFirstStamp, kLastStamp) + kSlack;
    bound.words = "gzip header time " + date_words(bound.micros - kSlack) + " UTC";
  } else if (entry.modified) {
    bound.micros =
        std::clamp(entry.modified->time_since_epoch().count(), kFirstStamp, kLastStamp) + kSlack;
    bound.words = "modification time " + date_words(bound.micros - kSlack) + " UTC";
    bound.is_modified = true;
  } else if (entry.recovery && entry.recovery->newest) {
    bound.micros =
        std::clamp(entry.recovery->newest->time_since_epoch().count(), kFirstStamp, kLastStamp) +
        kSlack;
    bound.words = "newest time of the volume's log folder " + date_words(bound.micros - kSlack) +
                  " UTC (" + entry.recovery->newest_words +
                  "), for the bytes have none of their own";
  }
  if (rotation.date != 0) {
    using namespace std::chrono;
    const year_month_day date{year(static_cast<int>(rotation.date / 10000)),
                              month(rotation.date / 100 % 100), day(rotation.date % 100)};
    if (date.ok()) {
      const std::int64_t named =
          sys_days(date).time_since_epoch().count() * kMicrosPerDay + kNameSlack;
      if (named < bound.micros)
        bound = {named, "date in its name " + date_words(named - kNameSlack), kNameSlack};
    }
  }
  return bound;
}

}  // namespace pidometer
