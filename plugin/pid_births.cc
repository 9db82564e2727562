#include "plugin/pid_births.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "plugin/readings.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kNoRecord = 0xffffffffU;

/// A birth that still lacks its lines.
struct Found {
  BirthCertainty certainty = BirthCertainty::bounded;
  std::uint32_t boot_session = 1;
  std::uint32_t wraps = 0;
  std::string_view reason = {};
  std::uint32_t after = kNoRecord;  ///< records of the series
  std::uint32_t before = kNoRecord;
};

/// Whether the step's length in PIDs is known, so that each PID on its way was handed out once.
bool way_is_known(IntervalState state) {
  return state == IntervalState::judged || state == IntervalState::hole ||
         state == IntervalState::daemon_restart;
}

std::string_view unknown_words(IntervalState state) {
  switch (state) {
    case IntervalState::clock_step:
      return "the clock was set back between them";
    case IntervalState::damaged:
      return "lines between them are lost to damaged evidence";
    default:
      return "whether the counter went round between them, or was restarted, is not known";
  }
}

constexpr std::string_view kEarlierRound =
    "the counter had gone round before the log begins, or the host been booted";

class Search {
 public:
  Search(const LogSeries& log, const PidClock& clock, Pid pid)
      : clock_(clock), readings_(readings_of(log)), pid_(pid) {
    apply_moves(clock.moves, readings_);
    for (const std::uint32_t place : clock.moves.repeated)
      foreign_.push_back({readings_[place].record, readings_[place].pid});
    for (const ForeignReading& reading : clock.foreign)
      if (!reading.put_back) foreign_.push_back({reading.record, reading.pid});
    add_gone_ticks();
    std::ranges::sort(foreign_, {}, &Foreign::record);
    const auto same = [](const Foreign& a, const Foreign& b) { return a.record == b.record; };
    foreign_.erase(std::unique(foreign_.begin(), foreign_.end(), same), foreign_.end());
  }

  std::vector<Found> run() {
    for (const BootSession& one : clock_.sessions)
      if (is_daemon(one) && !one.counter_restarted) daemons_.push_back(one.first_tick);
    for (const BootSession& one : clock_.sessions) session(one);
    add_earlier_round();
    for (const Foreign& reading : foreign_) {
      if (reading.pid != pid_) continue;
      Found one;
      one.certainty = BirthCertainty::doubted;
      one.boot_session = boot_session_at(clock_, reading.record);
      one.after = one.before = reading.record;
      found_.push_back(one);
    }
    std::ranges::move(outside_, std::back_inserter(found_));
    return std::move(found_);
  }

 private:
  struct Foreign {
    std::uint32_t record = 0;
    Pid pid = 0;
  };

  const Tick& tick(std::uint32_t i) const { return clock_.ticks[i]; }

  /// The clock names one reading of each tick that it took out; the tick's other jobs are as
  /// strange. They are those that lie between the readings of the ticks that are left.
  void add_gone_ticks() {
    constexpr std::uint16_t kAtLeast = std::numeric_limits<std::uint16_t>::max();
    std::uint32_t end = 0;  // of the readings of the tick before
    for (std::uint32_t i = 0; i <= clock_.ticks.size(); ++i) {
      const std::uint32_t next = first_read(i);
      for (std::uint32_t r = end; r < next; ++r)
        if (readings_[r].kind == ReadingKind::job)
          foreign_.push_back({readings_[r].record, readings_[r].pid});
      if (i == clock_.ticks.size()) break;
      end = tick(i).reads == kAtLeast ? first_read(i + 1) : next + tick(i).reads;
    }
  }

  /// Index of the tick's first reading; behind the last tick, of none.
  std::uint32_t first_read(std::uint32_t i) const {
    return i < clock_.ticks.size() ? tick(i).first_read
                                   : static_cast<std::uint32_t>(readings_.size());
  }

  void session(const BootSession& session) {
    if (is_daemon(session)) add_daemon(session);
    if (session.first_tick == session.end_tick) return;
    // A daemon's restart begins a session of the clock, and none of the host.
    if (session.counter_restarted || session.first_tick == 0) {
      wraps_ = 0;
      number_ = session.number;
      begin(session);
    }
    for (std::uint32_t i = session.first_tick; i < session.end_tick; ++i) step(i);
    const std::uint32_t last = session.end_tick - 1;
    const IntervalState end = clock_.intervals[last].state;
    if (end == IntervalState::boot || end == IntervalState::last) finish(last);
  }

  /// Whether the PID is that of the daemon whose start begins the session.
  bool is_daemon(const BootSession& session) const {
    return session.startup && session.startup->pid == pid_;
  }

  void add_daemon(const BootSession& session) {
    number_ = session.number;
    if (session.counter_restarted) wraps_ = 0;
    Found one;
    one.certainty = BirthCertainty::exact;
    one.wraps = wraps_;
    one.after = one.before = session.startup->record;
    add(one);
  }

  /// Before the first record of a boot session, and after the last one of the boot before: of
  /// smaller PIDs only, if the counter did not go round before it.
  void begin(const BootSession& session) {
    const Tick& first = tick(session.first_tick);
    if (pid_ >= first.pid || is_daemon(session)) return;
    Found one;
    one.certainty = BirthCertainty::before_log;
    one.before = first.record;
    if (session.first_tick > 0) one.after = tick(session.first_tick - 1).record;
    if (session.startup)
      (session.startup->pid > pid_ ? one.before : one.after) = session.startup->record;
    add(one);
  }

  /// Of a larger PID than the log's first one, before that: how long the host had been up nobody
  /// knows, unless its boot stands there. Said where the log itself has no birth of it, or shows
  /// that the counter goes round on this host.
  void add_earlier_round() {
    if (clock_.sessions.empty() || (clock_.wraps == 0 && !found_.empty())) return;
    const BootSession& session = clock_.sessions.front();
    if (session.first_tick == session.end_tick || session.startup ||
        pid_ <= tick(session.first_tick).pid)
      return;
    Found one;
    one.certainty = BirthCertainty::before_log;
    one.reason = kEarlierRound;
    one.boot_session = session.number;
    one.before = tick(session.first_tick).record;
    outside_.insert(outside_.begin(), one);
  }

  void finish(std::uint32_t last) {
    std::uint32_t record = tick(last).record;
    Pid largest = tick(last).pid;
    bool own = false;
    each_reading(last, [&](const Reading& reading) {
      own = own || reading.pid == pid_;
      if (reading.pid > largest && reading.pid < pid_) {
        largest = reading.pid;
        record = reading.record;
      }
    });
    if (pid_ <= tick(last).pid || own) return;
    Found one;
    one.certainty = BirthCertainty::after_log;
    one.after = record;
    if (last + 1 < clock_.ticks.size()) one.before = tick(last + 1).record;
    add(one);
  }

  /// From one tick to the next.
  void step(std::uint32_t i) {
    const bool own = is_reading(i) || std::ranges::binary_search(daemons_, i + 1);
    if (i + 1 >= clock_.ticks.size()) return;
    const Interval& interval = clock_.intervals[i];
    const Pid from = tick(i).pid;
    const Pid to = tick(i + 1).pid;
    if (interval.state == IntervalState::boot || interval.state == IntervalState::last) return;
    if (!way_is_known(interval.state)) {
      if (own) return;
      Found one;
      one.certainty = BirthCertainty::unknown_way;
      one.reason = unknown_words(interval.state);
      one.after = tick(i).record;
      one.before = tick(i + 1).record;
      // Where only the time is in doubt, rising PIDs bound what lies between them.
      const bool went_on = interval.state == IntervalState::clock_step && from < to;
      if (went_on && (pid_ <= from || pid_ >= to)) return;
      add(one);
      return;
    }
    for (std::uint32_t round = 0; round <= interval.wraps; ++round) {
      const bool passes = (round > 0 || (pid_ > from && !own)) &&
                          (round < interval.wraps || pid_ < to) &&
                          (round == 0 || pid_ >= kReservedPids);
      if (passes) between(i, round);
    }
    wraps_ += interval.wraps;
  }

  void between(std::uint32_t i, std::uint32_t round) {
    Found one;
    one.after = tick(i).record;
    one.before = tick(i + 1).record;
    Pid low = tick(i).pid;
    Pid high = clock_.intervals[i].wraps == 0 ? tick(i + 1).pid : kMaxPid + 1;
    // The tick's other jobs lie behind its first one, as long as the counter did not go round.
    if (round == 0)
      each_reading(i, [&](const Reading& reading) {
        if (reading.pid > low && reading.pid < pid_) {
          low = reading.pid;
          one.after = reading.record;
        }
        if (reading.pid > pid_ && reading.pid < high) {
          high = reading.pid;
          one.before = reading.record;
        }
      });
    one.wraps = wraps_ + round;
    add(one);
  }

  /// Whether a record of the tick is the process' own.
  bool is_reading(std::uint32_t i) {
    bool found = false;
    each_reading(i, [&](const Reading& reading) {
      if (reading.pid != pid_ || found) return;
      found = true;
      Found one;
      one.certainty = BirthCertainty::exact;
      one.wraps = wraps_;
      one.after = one.before = reading.record;
      add(one);
    });
    return found;
  }

  template <typename Take>
  void each_reading(std::uint32_t i, Take take) const {
    for (std::uint32_t r = first_read(i); r < first_read(i + 1); ++r)
      if ((readings_[r].kind == ReadingKind::job || readings_[r].kind == ReadingKind::event) &&
          !std::ranges::binary_search(foreign_, readings_[r].record, {}, &Foreign::record))
        take(readings_[r]);
  }

  void add(Found found) {
    found.boot_session = number_;
    const bool outside = found.certainty == BirthCertainty::before_log ||
                         found.certainty == BirthCertainty::after_log;
    (outside ? outside_ : found_).push_back(found);
  }

  const PidClock& clock_;
  std::vector<Reading> readings_;  ///< in the clock's order
  std::vector<Foreign> foreign_;   ///< records that do not fit; ascending, each once
  const Pid pid_;
  /// First ticks behind the starts of a daemon of that PID while the counter went on; ascending.
  std::vector<std::uint32_t> daemons_;
  std::uint32_t wraps_ = 0;
  std::uint32_t number_ = 1;
  std::vector<Found> found_;
  std::vector<Found> outside_;
};

/// How far a time is from the bounds of a birth; 0 between them. What lies outside of the log has
/// one bound.
std::chrono::microseconds distance(const LogSeries& log, const Found& found, Timestamp time) {
  if (found.after != kNoRecord && time < log.records[found.after].time)
    return log.records[found.after].time - time;
  if (found.before != kNoRecord && time > log.records[found.before].time)
    return time - log.records[found.before].time;
  return {};
}

void keep_nearest(const LogSeries& log, std::vector<Found>& found, Timestamp time) {
  auto nearest = std::chrono::microseconds::max();
  for (const Found& one : found) nearest = std::min(nearest, distance(log, one, time));
  std::erase_if(found, [&](const Found& one) { return distance(log, one, time) != nearest; });
}

}  // namespace

HostBirths pid_births(const LogSeries& log, const PidClock& clock, Pid pid,
                      std::optional<Timestamp> near, std::string hostname) {
  HostBirths births;
  births.hostname = std::move(hostname);
  births.pid = pid;
  births.pid_max = clock.range.pid_max;
  births.pid_max_basis = clock.range.basis;
  births.order = clock.order.kind;
  if (clock.ticks.empty()) return births;
  const auto [first, last] = std::ranges::minmax_element(clock.ticks, {}, &Tick::time);
  births.coverage = TimeRange{first->time, last->time};
  if (births.order != PidOrderKind::sequential) return births;
  births.time_basis = log.reports[log.records[clock.ticks.front().record].file].time_basis;
  std::vector<Found> found = Search(log, clock, pid).run();
  // Only a line that says so itself can have such a PID, and is doubted.
  if (beyond_pid_max(births))
    std::erase_if(found, [](const Found& one) { return one.certainty != BirthCertainty::doubted; });
  if (near) keep_nearest(log, found, *near);
  if (found.size() > kMostBirths) {
    births.left_out = found.size() - kMostBirths;
    found.resize(kMostBirths);
  }
  std::vector<std::uint32_t> records;
  for (const Found& one : found)
    for (const std::uint32_t record : {one.after, one.before})
      if (record != kNoRecord) records.push_back(record);
  const std::vector<Result<std::string>> lines = fetch_lines(log, records);
  std::size_t next = 0;
  for (const Found& one : found) {
    PidBirth& birth = births.births.emplace_back();
    birth.certainty = one.certainty;
    birth.boot_session = one.boot_session;
    birth.wraps = one.wraps;
    birth.reason = one.reason;
    for (const auto& [record, bound] :
         {std::pair(one.after, &birth.after), std::pair(one.before, &birth.before)}) {
      if (record == kNoRecord) continue;
      const StoredRecord& stored = log.records[record];
      const Result<std::string>& text = lines[next++];
      *bound = BirthBound{
          stored.time, stored.utc_offset_minutes,
          stored.pid,  log.reports[stored.file].entry.path,
          stored.line, text ? *text : "(line cannot be read again: " + text.error().message + ")"};
    }
  }
  return births;
}

}  // namespace pidometer
