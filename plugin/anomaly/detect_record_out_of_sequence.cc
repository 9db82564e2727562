#include <algorithm>

#include "plugin/anomaly/detectors.h"

namespace pidometer {
namespace {

// Where more than one line in two hundred does not fit, and more than three, nobody forged them:
// two counters write one log, or the log's order is not that of its lines.
constexpr std::size_t kFewLines = 3;
constexpr std::size_t kOneIn = 200;

// The next of the lines that a row tells of together.
void extend_block(Anomaly& block, const ForeignReading& reading) {
  block.window_start = std::min(block.window_start, reading.time);
  block.window_end = std::max(block.window_end, reading.time);
  block.last_record = reading.record;
  block.last_pid = reading.pid;
  block.block_records += reading.jobs;
  block.block_repeated = block.block_repeated && reading.repeated;
}

}  // namespace

// Rule: a job's PID lies outside two neighbours that agree with one another (by more than 25 where
// they are close in time), or its time outside two that do, while the other one fits: the line was
// inserted, edited or moved. Or the PIDs fall to where neither a boot nor a wrap takes them.
std::vector<Anomaly> detect_record_out_of_sequence(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  std::vector<Anomaly> found;
  const auto add = [&](SequenceFault fault, const ForeignReading& reading) {
    Anomaly a;
    a.kind = AnomalyKind::record_out_of_sequence;
    a.level = Level::medium;
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
  std::size_t strange = 0;                               // also those that are not listed
  for (std::size_t e = 0; e < input.edited.size(); ++e)  // a row of them was edited at once
    strange += e == 0 || input.edited[e].interval != input.edited[e - 1].interval ? 1 : 0;
  std::size_t misplaced = 0;
  std::uint32_t run = 0;
  for (const ForeignReading& reading : clock.foreign) {
    // lines that stand in a row were moved, or repeated, at once
    if (reading.misplaced && reading.run != 0 && reading.run == run) {
      if (misplaced <= kListedMisplaced) extend_block(found.back(), reading);
      continue;
    }
    ++strange;
    run = reading.misplaced ? reading.run : 0;
    // of a log that is out of order throughout the first lines are enough: the summary says so
    if (reading.misplaced && ++misplaced > kListedMisplaced) continue;
    add(reading.misplaced    ? SequenceFault::order
        : reading.stray_time ? SequenceFault::time
                             : SequenceFault::pid,
        reading);
    found.back().block_records = reading.misplaced ? reading.jobs : 1;
    found.back().block_repeated = reading.repeated;
    // a line that was written late, or twice, is as true as any
    found.back().may_be_late = reading.close;
    if (reading.misplaced || reading.close) found.back().level = Level::low;
  }
  std::size_t listed = 0;
  for (const EditedTime& edited : input.edited) {
    if (++listed > kListedMisplaced) break;
    const Tick& tick = clock.ticks[edited.tick];
    const Tick& before = clock.ticks[edited.before];
    const Tick& behind = clock.ticks[edited.behind];
    add(SequenceFault::time,
        {tick.record, tick.pid, tick.time, before.pid, behind.pid, before.time, behind.time});
  }
  for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i) {
    if (!clock.intervals[i].strange_fall) continue;
    const Tick& before = clock.ticks[i];
    const Tick& tick = clock.ticks[i + 1];
    const Tick& behind = clock.ticks[std::min(i + 2, clock.ticks.size() - 1)];
    add(SequenceFault::fall,
        {tick.record, tick.pid, tick.time, before.pid, behind.pid, before.time, behind.time});
    ++strange;
  }
  // where boots leave no line, one to a PID between the last two looks like an edited line
  if (clock.untold_boots || strange > std::max(kFewLines, clock.ticks.size() / kOneIn))
    for (Anomaly& a : found) a.level = Level::low;
  return found;
}

}  // namespace pidometer
