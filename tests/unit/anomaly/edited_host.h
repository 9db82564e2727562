#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"

// A made-up host whose log is edited by the tests of this folder.
namespace pidometer::edited {

inline constexpr std::int64_t kHour = 60;
inline constexpr std::int64_t kDay = 24 * kHour;
inline constexpr Timestamp kMonday = std::chrono::sys_days{std::chrono::March / 3 / 2025};

/// A host whose cron runs `due(minute of the local clock)`; every job costs three PIDs, the
/// background `noise` a minute on average.
struct Host {
  std::function<std::vector<std::uint32_t>(std::int64_t minute)> due;
  double noise = 0;
  std::int16_t offset = 0;  ///< of the zone
  std::uint64_t seed = 1;
  /// From this minute on the zone has another offset.
  std::int64_t change = std::numeric_limits<std::int64_t>::max();
  std::int16_t offset_behind = 0;

  std::vector<Reading> run(std::int64_t minutes) const {
    testing::Random random(seed);
    std::vector<Reading> readings;
    Pid pid = 900;
    for (std::int64_t m = 0; m < minutes; ++m) {
      const std::int16_t shift = m < change ? offset : offset_behind;
      for (const std::uint32_t label : due(m + shift)) {
        Reading r;
        r.time = kMonday + std::chrono::minutes(m) + std::chrono::seconds(1);
        r.pid = pid + 1;
        r.label = label;
        r.utc_offset_minutes = shift;
        readings.push_back(r);
        pid += 3;
      }
      pid += random.poisson(noise);
    }
    return readings;
  }
};

/// Every five minutes, every ten, hourly, and by night.
inline std::vector<std::uint32_t> server(std::int64_t minute) {
  std::vector<std::uint32_t> jobs;
  if (minute % 5 == 0) jobs.push_back(1);
  if (minute % 10 == 0) jobs.push_back(2);
  if (minute % kHour == 17) jobs.push_back(3);
  if (minute % kDay == 200) jobs.push_back(4);
  return jobs;
}

/// Every ten minutes, hourly, and twice an hour.
inline std::vector<std::uint32_t> plain(std::int64_t minute) {
  std::vector<std::uint32_t> jobs;
  if (minute % 10 == 0) jobs.push_back(1);
  if (minute % kHour == 1) jobs.push_back(2);
  if (minute % 30 == 5) jobs.push_back(3);
  return jobs;
}

inline Timestamp at(std::int64_t minute) {
  return kMonday + std::chrono::minutes(minute);
}

inline std::vector<Anomaly> find(std::vector<Reading> readings) {
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(std::move(readings), {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) {
    return a.kind == AnomalyKind::pid_excess || a.kind == AnomalyKind::pid_deficit ||
           a.kind == AnomalyKind::activity;
  });
  return found;
}

inline std::vector<Anomaly> gaps_of(std::vector<Reading> readings) {
  std::vector<Anomaly> found = find(std::move(readings));
  std::erase_if(found, [](const Anomaly& a) { return a.kind != AnomalyKind::record_gap; });
  return found;
}

/// Takes the readings of (from, to) out.
inline void cut(std::vector<Reading>& readings, std::int64_t from, std::int64_t to) {
  std::erase_if(readings, [&](const Reading& r) { return r.time > at(from) && r.time < at(to); });
}

inline void lower_pids(std::vector<Reading>& readings, std::int64_t from, Pid by) {
  for (Reading& r : readings)
    if (r.time >= at(from)) r.pid -= by;
}

inline void raise_pids(std::vector<Reading>& readings, std::int64_t from, Pid by) {
  for (Reading& r : readings)
    if (r.time >= at(from)) r.pid += by;
}

inline Pid pid_at(const std::vector<Reading>& readings, std::int64_t minute) {
  return std::ranges::find_if(readings, [&](const Reading& r) { return r.time >= at(minute); })
      ->pid;
}

inline constexpr std::int64_t kFrom = 4 * kDay + 10 * kHour + 2;  // between two ticks
inline constexpr std::int64_t kTo = kFrom + 3 * kHour;

}  // namespace pidometer::edited
