#include <algorithm>

#include "plugin/anomaly/detectors.h"

namespace pidometer {
namespace {

// Where more than one line in two hundred does not fit, and more than three, nobody forged them:
// two counters write one log, or the log's order is not that of its lines.
constexpr std::size_t kFewLines = 3;
constexpr std::size_t kOneIn = 200;

}  // namespace

// Rule: a job's PID lies outside two neighbours that agree with one another (by more than 25 where
// they are close in time), or its time outside two that do, while the other one fits: the line was
// inserted, edited or moved.
std::vector<Anomaly> detect_record_out_of_sequence(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  std::vector<Anomaly> found;
  const auto add = [&](SequenceFault fault, const ForeignReading& reading) {
    Anomaly a;
    a.kind = AnomalyKind::record_out_of_sequence;
    a.fault = fault;
    a.window_start = a.window_end = reading.time;
    a.first_record = a.last_record = reading.record;
    a.first_pid = a.last_pid = reading.pid;
    a.previous_pid = reading.previous_pid;
    a.next_pid = reading.next_pid;
    a.previous_time = reading.previous_time;
    a.next_time = reading.next_time;
    a.boot_session = boot_session_at(clock, reading.record);
    found.push_back(std::move(a));
  };
  std::size_t misplaced = 0;
  for (const ForeignReading& reading : clock.foreign)
    // of a log that is out of order throughout the first lines are enough: the summary says so
    if (!reading.misplaced || ++misplaced <= kListedMisplaced)
      add(reading.misplaced ? SequenceFault::order : SequenceFault::pid, reading);
  for (const EditedTime& edited : input.edited) {
    const Tick& tick = clock.ticks[edited.tick];
    const Tick& before = clock.ticks[edited.tick - 1];
    const Tick& behind = clock.ticks[edited.tick + 1];
    add(SequenceFault::time,
        {tick.record, tick.pid, tick.time, before.pid, behind.pid, before.time, behind.time});
  }
  // all of them, with those that are not listed
  const std::size_t strange = clock.foreign.size() + input.edited.size();
  const bool few = strange <= std::max(kFewLines, clock.ticks.size() / kOneIn);
  // a line that was written late, or twice, is as true as any
  for (Anomaly& a : found)
    a.level = few && a.fault != SequenceFault::order ? Level::medium : Level::low;
  return found;
}

}  // namespace pidometer
