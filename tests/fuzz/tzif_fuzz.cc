// Zone files and their POSIX footers. Input: the bytes of a TZif file.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "base/time_zone.h"

using namespace pidometer;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 16;
constexpr seconds kFarthest = std::chrono::hours(26);
/// RFC 9636, 3.3.1: a footer's rule holds to 25 hours, and 167 hours of a day's time move no
/// offset.
constexpr seconds kLargest = std::chrono::hours(26);

void require(bool holds) {
  if (!holds) std::abort();
}

/// A wall clock's reading leads to instants at which the zone's clock shows just that.
void check(const TimeZone& zone, sys_seconds instant) {
  const seconds offset = zone.offset_at(instant);
  require(std::chrono::abs(offset) <= kLargest);
  const LocalTime local{instant.time_since_epoch() + offset};
  const TimeZone::Instants back = zone.to_utc(local);
  const auto shows = [&](sys_seconds at) {
    return at.time_since_epoch() + zone.offset_at(at) == local.time_since_epoch();
  };
  require(back.first <= back.second);
  switch (back.kind) {
    case TimeZone::Kind::unique:
      require(back.first == back.second && shows(back.first));
      break;
    case TimeZone::Kind::ambiguous:
      require(back.first < back.second && shows(back.first) && shows(back.second));
      break;
    case TimeZone::Kind::skipped:
      // this instant does show it
      require(false);
  }
  require(std::chrono::abs(back.first - instant) <= 2 * kFarthest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMostBytes) return 0;
  const auto bytes = std::as_bytes(std::span(data, size));
  const Result<TimeZone> zone = TimeZone::from_tzif(bytes, "fuzz");
  if (!zone) {
    require(zone.error().kind == ErrorKind::unreadable && !zone.error().reason.empty());
    return 0;
  }
  require(std::ranges::equal(zone->tzif(), bytes));
  for (const int year : {1901, 1970, 1999, 2000, 2024, 2026, 2038, 2100})
    for (int day = 0; day < 366; day += 5)
      check(*zone, std::chrono::sys_days{std::chrono::year(year) / 1 / 1} + std::chrono::days(day) +
                       std::chrono::minutes(37 * day));
  return 0;
}
