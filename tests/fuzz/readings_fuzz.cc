// The clock, its baseline and all detectors, over readings that no parser would refuse. Input: a
// byte of options, then four a step: what it is, how far the time and the PID go, and the label.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "plugin/anomaly/detectors.h"

using namespace pidometer;

namespace {

constexpr std::size_t kMostReadings = 3000;
constexpr std::size_t kStepBytes = 4;

// What a log's stamps can be.
constexpr Timestamp kFirst = std::chrono::sys_days{std::chrono::January / 1 / 0};
constexpr Timestamp kLast = std::chrono::sys_days{std::chrono::December / 31 / 9999};

void require(bool holds) {
  if (!holds) std::abort();
}

class Maker {
 public:
  explicit Maker(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::vector<Reading> run() {
    for (std::size_t at = 0; at + kStepBytes <= bytes_.size(); at += kStepBytes)
      if ((bytes_[at] & 7U) == 7)
        repeat(at, std::size_t{bytes_[at + 1]} + 1, std::size_t{bytes_[at + 2]} + 1);
      else
        step(at);
    return std::move(readings_);
  }

 private:
  /// The steps before this one once more: a log has days and weeks of the same.
  void repeat(std::size_t at, std::size_t steps, std::size_t times) {
    const std::size_t first = at - std::min(at, steps * kStepBytes);
    for (; times > 0 && readings_.size() < kMostReadings; --times)
      for (std::size_t k = first; k < at; k += kStepBytes)
        if ((bytes_[k] & 7U) != 7) step(k);
  }

  void step(std::size_t at) {
    if (readings_.size() >= kMostReadings) return;
    using std::chrono::seconds;
    constexpr seconds kUnits[] = {seconds(1), seconds(60), seconds(600), seconds(86400)};
    const std::uint8_t what = bytes_[at];
    const auto amount = static_cast<int>(bytes_[at + 1]);
    const std::chrono::microseconds passed = kUnits[(what >> 3U) & 3U] * (amount & 127);
    time_ = std::clamp(amount > 127 ? time_ - passed : time_ + passed, kFirst, kLast);
    if ((what & 0x80U) != 0) ++boot_;
    Reading r;
    r.time = time_;
    r.record = static_cast<std::uint32_t>(readings_.size());
    r.boot = boot_;
    r.utc_offset_minutes = static_cast<std::int16_t>((what & 0x20U) != 0 ? 840 : 0);
    if ((what & 0x40U) != 0) r.lost_before = amount % 2 == 0 ? Loss::damaged : Loss::unparsed;
    switch (what & 7U) {
      case 4:
        r.kind = ReadingKind::pseudo;
        break;
      case 5:
        r.kind = ReadingKind::event;
        break;
      case 6:
        r.kind = ReadingKind::boot;
        break;
      default:
        r.kind = ReadingKind::job;
    }
    if (r.kind == ReadingKind::job || r.kind == ReadingKind::pseudo) r.label = bytes_[at + 3];
    const auto pids = static_cast<std::int64_t>(bytes_[at + 2]);
    switch (what & 3U) {
      case 0:
      case 1:
        pid_ += pids;
        break;
      case 2:
        pid_ += pids * 256;
        break;
      default:
        pid_ -= pids;
    }
    pid_ = (pid_ + kMaxPid) % kMaxPid;
    r.pid = static_cast<Pid>(std::max<std::int64_t>(1, pid_));
    readings_.push_back(r);
  }

  std::span<const std::uint8_t> bytes_;
  std::vector<Reading> readings_;
  Timestamp time_ = std::chrono::sys_days{std::chrono::March / 1 / 2026};
  std::int64_t pid_ = 1000;
  std::uint32_t boot_ = 0;
};

void check(const PidClock& clock, std::size_t readings) {
  require(clock.intervals.size() == clock.ticks.size());
  std::uint32_t tick = 0;
  for (const BootSession& session : clock.sessions) {
    require(session.first_tick == tick && session.end_tick >= tick);
    tick = session.end_tick;
  }
  require(tick == clock.ticks.size());
  for (const Tick& one : clock.ticks)
    require(one.record < readings && one.items < clock.item_sets.size());
  for (const Interval& one : clock.intervals)
    require(one.state != IntervalState::judged || one.advance >= 0);
}

void check(const Anomaly& one, std::size_t readings) {
  require(one.first_record < readings && one.last_record < readings);
  require(one.window_start <= one.window_end);
  for (const double number : {one.score, one.score_log, one.expected_pids, one.window_excess,
                              one.window_variance, one.background_pids, one.noise_pids})
    require(std::isfinite(number));
  require(one.score >= 0 && one.score_log >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ClockOptions options;
  options.recovered = (data[0] & 1U) != 0;
  if ((data[0] & 2U) != 0) options.pid_max = (data[0] & 4U) != 0 ? kMaxPid : Pid{32768};
  const std::vector<Reading> readings = Maker({data + 1, size - 1}).run();
  const PidClock clock = build_pid_clock(readings, options);
  check(clock, readings.size());
  const Baseline baseline = learn_baseline(clock);
  for (const Anomaly& one : detect_anomalies(clock, baseline)) check(one, readings.size());
  return 0;
}
