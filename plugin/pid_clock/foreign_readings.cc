#include "plugin/pid_clock/foreign_readings.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdlib>
#include <span>
#include <utility>

#include "plugin/pid_clock/most_labels.h"
#include "plugin/pid_clock/pid_range.h"
#include "plugin/pid_clock/usual_steps.h"

namespace pidometer {
namespace {

// A line may be late by so much; what is written later than the next tick was started after it.
constexpr std::chrono::seconds kLateLine{30};

// Ticks that may stand between a late line and its own; ten minutes have no more, unless somebody
// made the log.
constexpr std::size_t kMostBefore = 64;

std::int64_t as_signed(Pid pid) {
  return static_cast<std::int64_t>(pid);
}

class Repair {
 public:
  Repair(const std::vector<Reading>& readings, const FastStretches& fast, TickSeries& series)
      : readings_(readings),
        fast_(fast),
        series_(series),
        ticks_(series.ticks),
        usual_(series.ticks) {}

  std::vector<ForeignReading> run() {
    if (ticks_.size() < 4) return {};
    for (std::size_t i = 1; i + 1 < ticks_.size(); ++i) {
      if (!foreign(i)) continue;
      const Tick& tick = ticks_[i];
      note(tick.record, tick.pid, tick.time, ticks_[before(i)], ticks_[i + 1]);
      found_.back().close = is_close(before(i), i);
      found_.back().jobs = tick.jobs;
      if (!take_other_pid(i)) gone_.push_back(i);
    }
    take_out_ticks(series_, gone_ticks());
    std::ranges::sort(found_, {}, &ForeignReading::record);
    note_jobs_beyond(found_.size());
    std::ranges::sort(found_, {}, &ForeignReading::record);
    return std::move(found_);
  }

 private:
  void note(std::uint32_t record, Pid pid, Timestamp time, const Tick& previous, const Tick& next) {
    found_.push_back({record, pid, time, previous.pid, next.pid, previous.time, next.time});
  }

  // A tick's reading is its smallest PID; another of its jobs may be foreign too.
  void note_jobs_beyond(std::size_t sorted) {
    for (std::size_t i = 0; i + 1 < ticks_.size(); ++i) {
      const Tick& tick = ticks_[i];
      const Tick& next = ticks_[i + 1];
      if (tick.jobs < 2 || next.after_startup || next.pid < tick.pid ||
          next.time - tick.time < kLateLine)
        continue;
      for (std::size_t k = tick.first_read; k < std::size_t{tick.first_read} + tick.reads; ++k) {
        const Reading& r = readings_[k];
        if (r.kind == ReadingKind::job && as_signed(r.pid) > as_signed(next.pid) + kForeignPids &&
            !known(r.record, sorted))
          note(r.record, r.pid, r.time, tick, next);
      }
    }
  }

  // Whether it is among the first `sorted` that were found.
  bool known(std::uint32_t record, std::size_t sorted) const {
    return std::ranges::binary_search(std::span(found_).first(sorted), record, {},
                                      &ForeignReading::record);
  }

  // the tick before, skipping one that was just found to be foreign
  std::size_t before(std::size_t i) const {
    return !gone_.empty() && gone_.back() == i - 1 ? i - 2 : i - 1;
  }

  bool foreign(std::size_t i) {
    const std::int64_t pid = as_signed(ticks_[i].pid);
    const std::int64_t next = as_signed(ticks_[i + 1].pid);
    // the common case first: in order
    const std::size_t b = before(i);
    const std::int64_t previous = as_signed(ticks_[b].pid);
    if (pid >= previous && pid <= next) return false;
    if (ticks_[i].after_startup || ticks_[i + 1].after_startup) return false;
    // the log itself says of each which boot it is of
    if (other_boot(ticks_[b], ticks_[i]) || other_boot(ticks_[i], ticks_[i + 1])) return false;
    if (previous > next) return false;
    if (fast_.at(b) || fast_.at(i)) return false;
    // what follows must go on from the neighbours, or this is a boot
    if (i + 2 < ticks_.size() && as_signed(ticks_[i + 2].pid) < next) return false;
    const std::int64_t step = next - previous;
    if (next_is_worse(b, i)) return false;
    // what was handed out between the neighbours may be anything: the PID is impossible
    if (no_counter_does(b, i)) return true;
    std::int64_t around = 0;
    if (b >= 1) around = std::max(around, previous - as_signed(ticks_[b - 1].pid));
    if (i + 2 < ticks_.size()) around = std::max(around, as_signed(ticks_[i + 2].pid) - next);
    return step <= kForeignStepFactor * around + kForeignStepSlack;
  }

  // A counter that falls within a tick, and is back where it was, was not restarted; nor did it
  // come so far.
  bool no_counter_does(std::size_t b, std::size_t i) const {
    const Tick& own = ticks_[i];
    const auto at_once = [](const Tick& x, const Tick& y) {
      return std::chrono::abs(y.time - x.time) <= kTickSpan &&
             as_signed(x.pid) - as_signed(y.pid) > kLateLinePids;
    };
    return at_once(own, ticks_[i + 1]) || at_once(ticks_[b], own) || is_too_fast(ticks_[b], own) ||
           other_pid(i) != nullptr;
  }

  // Lines that are out of order by so little may be late.
  bool is_close(std::size_t b, std::size_t i) const {
    return ticks_[i].pid > ticks_[i + 1].pid ? near(i, i + 1) : near(b, i);
  }
  bool near(std::size_t x, std::size_t y) const {
    return ticks_[y].time - ticks_[x].time <= kOutOfOrder &&
           std::abs(as_signed(ticks_[x].pid) - as_signed(ticks_[y].pid)) <= kForeignPids;
  }

  // Of two neighbours in the wrong order either may be the foreign one: it is the one without which
  // the others' distances are closer to the usual ones; where these are not known, the one further
  // from the line through the ticks around the two.
  bool next_is_worse(std::size_t b, std::size_t i) {
    if (i + 2 >= ticks_.size() || ticks_[i + 1].pid >= ticks_[i].pid) return false;
    const Tick& from = ticks_[b];
    const Tick& one = ticks_[i];
    const Tick& next = ticks_[i + 1];
    const Tick& to = ticks_[i + 2];
    if (to.after_startup || to.pid < one.pid) return false;
    const auto first = usual_.of(from, one);
    const auto second = usual_.of(one, next);
    const auto third = usual_.of(next, to);
    if (first && second && third) {
      const auto off = [](const Tick& x, const Tick& y, std::int64_t due) {
        return std::abs(as_signed(y.pid) - as_signed(x.pid) - due);
      };
      return off(from, next, *first + *second) + off(next, to, *third) >
             off(from, one, *first) + off(one, to, *second + *third);
    }
    const double span = seconds_between(from, to);
    if (span <= 0) return false;
    const auto distance = [&](const Tick& tick) {
      const double share = seconds_between(from, tick) / span;
      const double due = static_cast<double>(as_signed(to.pid) - as_signed(from.pid)) * share;
      return std::abs(static_cast<double>(as_signed(tick.pid) - as_signed(from.pid)) - due);
    };
    return distance(next) > distance(one);
  }

  // Another job of the tick whose PID lies between the neighbours': the smallest.
  const Reading* other_pid(std::size_t i) const {
    const Tick& tick = ticks_[i];
    const Pid low = ticks_[before(i)].pid;
    const Pid high = ticks_[i + 1].pid;
    const Reading* best = nullptr;
    for (std::size_t k = tick.first_read; k < std::size_t{tick.first_read} + tick.reads; ++k) {
      const Reading& r = readings_[k];
      if (r.kind != ReadingKind::job || r.pid < low || r.pid > high) continue;
      if (best == nullptr || r.pid < best->pid) best = &r;
    }
    return best;
  }

  bool take_other_pid(std::size_t i) {
    const Reading* best = other_pid(i);
    if (best == nullptr) return false;
    Tick& tick = ticks_[i];
    tick.time = best->time;
    tick.pid = best->pid;
    tick.record = best->record;
    return true;
  }

  // The tick of which the line at `i` is one, written late: cron's children of one tick are
  // neighbours, and as many as make a job known show such a tick with that job.
  std::uint32_t late_of(std::size_t i) {
    const Tick& late = ticks_[i];
    if (late.jobs != 1 || late.pid >= ticks_[i - 1].pid) return kNoHost;
    std::uint32_t best = kNoHost;
    const std::size_t end = i - std::min(i, kMostBefore);
    for (std::size_t h = i; h-- > end && late.time - ticks_[h].time <= kLatestLine;) {
      if (std::ranges::binary_search(gone_, h)) continue;
      if (is_part_of(late, ticks_[h]) &&
          (best == kNoHost || apart(late, ticks_[h]) < apart(late, ticks_[best])))
        best = static_cast<std::uint32_t>(h);
      if (ticks_[h].pid <= late.pid) break;
    }
    return best;
  }

  static std::int64_t apart(const Tick& a, const Tick& b) {
    return std::abs(as_signed(a.pid) - as_signed(b.pid));
  }

  bool is_part_of(const Tick& late, const Tick& host) {
    constexpr std::uint32_t kKnownTicks = 8;
    if (apart(late, host) > kTickPids || other_boot(late, host)) return false;
    if (sets_seen_.empty()) {
      sets_seen_.resize(series_.item_sets.size());
      for (const Tick& tick : ticks_) ++sets_seen_[tick.items];
    }
    const auto own = series_.item_sets.labels(host.items);
    const auto more = series_.item_sets.labels(late.items);
    std::vector<std::uint32_t> whole(own.begin(), own.end());
    whole.insert(whole.end(), more.begin(), more.end());
    const std::uint32_t items = series_.item_sets.intern(whole);
    return items < sets_seen_.size() && sets_seen_[items] >= kKnownTicks;
  }

  // Their items are spent in the interval of the tick before; of one that the next line should
  // stand before, because that is late, in the next one's. Both stay: a tick is foreign only where
  // the next one goes on from the one before it, and the one behind that from the next.
  std::vector<GoneTick> gone_ticks() {
    std::vector<GoneTick> gone;
    for (std::size_t k = 0; k < gone_.size(); ++k) {
      const std::size_t i = gone_[k];
      assert(k + 1 == gone_.size() || gone_[k + 1] > i + 1);
      const auto tick = static_cast<std::uint32_t>(i);
      if (const std::uint32_t host = late_of(i); host != kNoHost) {
        gone.push_back({tick, host, true});
        continue;
      }
      // as far apart as others with nothing between: the line was put there, and costs nothing
      if (!near(i - 1, i) && !near(i, i + 1) && usual_.of(ticks_[i - 1], ticks_[i + 1])) {
        gone.push_back({tick, kNoHost});
        continue;
      }
      const bool behind_next = ticks_[i].pid > ticks_[i + 1].pid && near(i, i + 1);
      gone.push_back({tick, behind_next ? tick + 1 : tick - 1});
    }
    return gone;
  }

  const std::vector<Reading>& readings_;
  const FastStretches& fast_;
  TickSeries& series_;
  std::vector<Tick>& ticks_;
  UsualSteps usual_;
  std::vector<std::uint32_t> sets_seen_;  ///< by set, when it is first asked for
  std::vector<std::size_t> gone_;
  std::vector<ForeignReading> found_;
};

// Of all that go to one host one set is made: a set for each would hold those before it once more.
void join_items(TickSeries& series, std::vector<GoneTick> gone) {
  std::erase_if(gone, [](const GoneTick& one) { return one.host == kNoHost; });
  std::ranges::stable_sort(gone, {}, &GoneTick::host);
  std::vector<std::uint32_t> labels;
  for (std::size_t first = 0, end = 0; first < gone.size(); first = end) {
    Tick& host = series.ticks[gone[first].host];
    const auto own = series.item_sets.labels(host.items);
    labels.assign(own.begin(), own.end());
    for (; end < gone.size() && gone[end].host == gone[first].host; ++end) {
      if (gone[end].late)
        ++host.jobs;
      else
        host.joined = true;
      const auto more = series.item_sets.labels(series.ticks[gone[end].tick].items);
      const std::size_t room = kMostLabels - std::min(kMostLabels, labels.size());
      const auto fits = more.first(std::min(more.size(), room));
      labels.insert(labels.end(), fits.begin(), fits.end());
    }
    host.items = series.item_sets.intern(labels);
  }
}

}  // namespace

std::vector<ForeignReading> take_out_foreign_readings(const std::vector<Reading>& readings,
                                                      const FastStretches& fast,
                                                      TickSeries& series) {
  return Repair(readings, fast, series).run();
}

void take_out_ticks(TickSeries& series, const std::vector<GoneTick>& gone) {
  if (gone.empty()) return;
  std::vector<Tick>& ticks = series.ticks;
  join_items(series, gone);
  std::size_t to = 0;
  std::size_t next_gone = 0;
  std::vector<std::uint32_t> new_index(ticks.size() + 1, 0);
  for (std::size_t from = 0; from < ticks.size(); ++from) {
    new_index[from] = static_cast<std::uint32_t>(to);
    if (next_gone < gone.size() && gone[next_gone].tick == from) {
      ++next_gone;
      continue;
    }
    ticks[to++] = ticks[from];
  }
  new_index[ticks.size()] = static_cast<std::uint32_t>(to);
  ticks.resize(to);
  for (Startup& s : series.startups) s.tick = new_index[s.tick];
}

}  // namespace pidometer
