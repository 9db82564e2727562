#include "plugin/pid_clock/misplaced_ticks.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <unordered_map>
#include <utility>

namespace pidometer {
namespace {

// So many ticks are "a few lines": a copied screen of a log, or what a syslog daemon held back.
constexpr std::uint32_t kMostTicks = 64;

// Where they belong is looked for among so many ticks.
constexpr std::uint32_t kNearTicks = 4096;

// The log goes on behind the run where it stopped before. A host without a clock of its own that is
// booted again goes through the same times and PIDs as before, and then jumps by years.
constexpr std::chrono::hours kLongestStep{24};

std::int64_t difference(const Tick& a, const Tick& b) {
  return static_cast<std::int64_t>(a.pid) - static_cast<std::int64_t>(b.pid);
}

bool falls(const Tick& a, const Tick& b) {
  return b.pid < a.pid && b.time < a.time - kTickSpan && !other_boot(a, b);
}

bool goes_on(const Tick& a, const Tick& b) {
  const bool again = a.pid == b.pid && std::chrono::abs(b.time - a.time) <= kTickSpan;
  return !again && difference(b, a) >= -kForeignPids && b.time >= a.time - kTickSpan &&
         b.time - a.time <= kLongestStep && !other_boot(a, b);
}

/// Where a tick belongs.
struct Place {
  bool repeated = false;  ///< it is there already
  bool fits = false;      ///< its PID lies between those around it
  std::size_t at = 0;     ///< it goes before this one of the ticks that were looked through
  std::size_t host = 0;   ///< of them: the tick whose interval it is spent in
};

/// Where `own` belongs among ticks that are in order: `tick(k)` for k of [0, count).
template <typename TickAt>
std::optional<Place> place_among(const Tick& own, std::size_t count, TickAt tick) {
  std::size_t low = 0;
  for (std::size_t high = count; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (tick(middle).time < own.time - kTickSpan)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == count) return std::nullopt;
  const Tick& behind = tick(low);
  const auto above = [&](std::size_t k) { return k >= count || own.pid < tick(k).pid; };
  if (behind.time <= own.time + kTickSpan) {
    if (behind.pid == own.pid) return Place{.repeated = true, .host = low};
    // other jobs of the tick that stands there; the same jobs would be another run of them
    if (behind.items == own.items || std::abs(difference(behind, own)) > kTickPids)
      return std::nullopt;
    const bool fits = (low == 0 || tick(low - 1).pid < own.pid) && above(low + 1);
    return Place{.fits = fits, .at = low + 1, .host = low};
  }
  if (low == 0 || difference(own, tick(low - 1)) < -kForeignPids ||
      difference(own, behind) > kForeignPids)
    return std::nullopt;
  return Place{.fits = tick(low - 1).pid < own.pid && above(low), .at = low, .host = low - 1};
}

/// Puts the ticks into the order of their times and PIDs.
class Finder {
 public:
  Finder(const std::vector<Tick>& ticks, std::vector<ForeignReading>& found)
      : ticks_(ticks), found_(found) {}

  /// Whether any stands in the wrong place.
  bool run() {
    const auto count = static_cast<std::uint32_t>(ticks_.size());
    std::uint32_t i = first_fall();
    if (i == count) return false;
    for (std::uint32_t k = 0; k < i; ++k) order_.push_back(k);
    for (; i < count; ++i) {
      take_early(i);
      order_.push_back(i);
      if (i + 1 == count || !falls(ticks_[i], ticks_[i + 1])) continue;
      const std::vector<Misplaced> late = late_run(i);
      const std::vector<Misplaced> early = early_run(i);
      if (!late.empty() && (early.empty() || late.size() <= early.size())) {
        note(late);
        for (const Misplaced& one : late) put_among_earlier(one);
        i += static_cast<std::uint32_t>(late.size());
      } else if (!early.empty()) {
        note(early);
        order_.resize(order_.size() - early.size());
        early_.insert(early_.end(), early.begin(), early.end());
        std::ranges::stable_sort(early_, {}, &Misplaced::before);
      }
    }
    take_early(count);
    finish();
    return !gone_.empty();
  }

  /// Ticks in their right order, by their index; without those that are listed below.
  const std::vector<std::uint32_t>& order() const { return order_; }
  /// Ticks whose lines stand elsewhere too, and those that have them; ascending.
  const std::vector<GoneTick>& repeated() const { return repeated_; }
  /// Ticks that fit nowhere to the PID, with their hosts, which stay.
  const std::vector<GoneTick>& joined() const { return joined_; }
  /// All that stand in the wrong place; ascending.
  const std::vector<std::uint32_t>& gone() const { return gone_; }

 private:
  struct Misplaced {
    std::uint32_t tick = 0;
    std::uint32_t before = 0;  ///< of lines that came too early: the tick that it goes before
    bool repeated = false;
    bool fits = false;
    std::uint32_t host = kNoHost;
  };

  std::uint32_t first_fall() const {
    const auto at = std::ranges::adjacent_find(ticks_, falls);
    return static_cast<std::uint32_t>(at - ticks_.begin());
  }

  // Among the ticks in order so far, of which the last is one that a run stands behind.
  std::optional<Misplaced> place_before(std::uint32_t tick) const {
    const std::size_t first = order_.size() - std::min<std::size_t>(order_.size(), kNearTicks);
    const auto place =
        place_among(ticks_[tick], order_.size() - first,
                    [&](std::size_t k) -> const Tick& { return ticks_[order_[first + k]]; });
    if (!place) return std::nullopt;
    return Misplaced{tick, 0, place->repeated, place->fits, order_[first + place->host]};
  }

  // Ticks i + 1 and on, until the log goes on from tick i.
  std::vector<Misplaced> late_run(std::uint32_t i) const {
    std::vector<Misplaced> run;
    bool repeated = true;
    for (std::uint32_t t = i + 1; t < ticks_.size(); ++t) {
      if (ticks_[t].after_startup) return {};
      if (goes_on(ticks_[i], ticks_[t])) return run;
      const std::optional<Misplaced> one = place_before(t);
      if (!one || run.size() == kMostTicks) return {};
      repeated = repeated && one->repeated;
      run.push_back(*one);
    }
    // Nothing behind the run says that it was no boot, but that it says the same once more; or that
    // the log's last two ticks are each where the other one belongs.
    const bool swapped = run.size() == 1 && run[0].fits && order_.size() > 1 &&
                         run[0].host == order_[order_.size() - 2];
    return repeated || swapped ? run : std::vector<Misplaced>();
  }

  // Ticks up to i, of which the last before them is one that tick i + 1 goes on from.
  std::vector<Misplaced> early_run(std::uint32_t i) const {
    const std::size_t count = std::min<std::size_t>(ticks_.size() - i - 1, kNearTicks);
    std::vector<Misplaced> run;
    if (ticks_[i + 1].after_startup) return {};
    for (std::uint32_t t = i + 1; t-- > 0;) {
      // none of them was moved itself
      if (order_.size() <= run.size() || order_[order_.size() - 1 - run.size()] != t) return {};
      if (goes_on(ticks_[t], ticks_[i + 1])) break;
      const auto place = place_among(
          ticks_[t], count, [&](std::size_t k) -> const Tick& { return ticks_[i + 1 + k]; });
      if (!place || run.size() == kMostTicks || ticks_[t].after_startup) return {};
      const auto at = [&](std::size_t k) { return i + 1 + static_cast<std::uint32_t>(k); };
      run.push_back({t, at(place->at), place->repeated, place->fits, at(place->host)});
      // else the log's first lines
    }
    std::ranges::reverse(run);
    return run;
  }

  void note(const std::vector<Misplaced>& run) {
    const std::uint32_t before = run.front().tick == 0 ? 0 : run.front().tick - 1;
    const std::uint32_t behind =
        std::min(run.back().tick + 1, static_cast<std::uint32_t>(ticks_.size() - 1));
    for (const Misplaced& one : run) {
      const Tick& tick = ticks_[one.tick];
      gone_.push_back(one.tick);
      ForeignReading reading{tick.record,         tick.pid,
                             tick.time,           ticks_[before].pid,
                             ticks_[behind].pid,  ticks_[before].time,
                             ticks_[behind].time, true};
      reading.run = runs_ + 1;
      reading.jobs = tick.jobs;
      found_.push_back(reading);
    }
    ++runs_;
  }

  // Whether what was put back still lies between its neighbours, now that all are in place. In a
  // log that two counters write each line is out of the other's order, and no order is right: nor
  // do so many lines of one host stand so far from their places.
  bool order_holds() const {
    constexpr std::size_t kMostOff = 8;  // one in so many
    constexpr std::size_t kMostFar = 20;
    if (far_ * kMostFar > ticks_.size()) return false;
    std::vector<bool> moved(ticks_.size());
    for (const std::uint32_t tick : gone_) moved[tick] = true;
    std::size_t all = 0;
    std::size_t off = 0;
    for (std::size_t k = 0; k < order_.size(); ++k) {
      if (!moved[order_[k]]) continue;
      const Pid own = ticks_[order_[k]].pid;
      ++all;
      off += (k > 0 && ticks_[order_[k - 1]].pid > own) ||
                     (k + 1 < order_.size() && ticks_[order_[k + 1]].pid < own)
                 ? 1
                 : 0;
    }
    return off * kMostOff <= all;
  }

  void finish() {
    if (!order_holds()) {
      std::vector<bool> moved(ticks_.size());
      for (const GoneTick& one : placed_) moved[one.tick] = true;
      std::erase_if(order_, [&](std::uint32_t tick) { return moved[tick]; });
      joined_.insert(joined_.end(), placed_.begin(), placed_.end());
    }
    std::vector<std::uint32_t> out;
    for (const GoneTick& one : repeated_) out.push_back(one.tick);
    for (const GoneTick& one : joined_) out.push_back(one.tick);
    std::ranges::sort(out);
    std::ranges::sort(repeated_, {}, &GoneTick::tick);
    const auto is_out = [&](std::uint32_t tick) { return std::ranges::binary_search(out, tick); };
    for (GoneTick& one : joined_)
      while (one.host != kNoHost && is_out(one.host))
        one.host = one.host == 0 ? kNoHost : one.host - 1;
    // found_ ends with one of each of gone_
    const std::size_t first = found_.size() - gone_.size();
    for (std::size_t k = 0; k < gone_.size(); ++k) {
      found_[first + k].put_back = !is_out(gone_[k]);
      found_[first + k].repeated =
          std::ranges::binary_search(repeated_, gone_[k], {}, &GoneTick::tick);
    }
  }

  void put_among_earlier(const Misplaced& one) {
    // what was put back before it may lie around it
    const std::optional<Misplaced> now = place_before(one.tick);
    if (!now || now->repeated || !now->fits)
      leave_out(now ? *now : one);
    else
      insert_behind(now->host, one.tick);
  }

  void insert_behind(std::uint32_t host, std::uint32_t tick) {
    auto place = order_.end();
    while (*(place - 1) != host) --place;
    far_ += order_.end() - place > std::ptrdiff_t{kMostTicks} ? 1 : 0;
    order_.insert(place, tick);
    placed_.push_back({tick, host});
  }

  // Those that came too early and belong before tick `next`.
  void take_early(std::uint32_t next) {
    std::size_t taken = 0;
    for (; taken < early_.size() && early_[taken].before <= next; ++taken) {
      const Misplaced& one = early_[taken];
      const Tick& own = ticks_[one.tick];
      const bool above = order_.empty() || ticks_[order_.back()].pid < own.pid;
      const bool below = next == ticks_.size() || own.pid < ticks_[next].pid;
      if (one.fits && above && below) {
        order_.push_back(one.tick);
        placed_.push_back({one.tick, one.host});
        far_ += one.before - one.tick > kMostTicks ? 1 : 0;
      } else {
        leave_out(one);
      }
    }
    early_.erase(early_.begin(), early_.begin() + static_cast<std::ptrdiff_t>(taken));
  }

  void leave_out(const Misplaced& one) {
    if (one.repeated)
      repeated_.push_back({one.tick, one.host});
    else
      joined_.push_back({one.tick, one.host});
  }

  const std::vector<Tick>& ticks_;
  std::vector<ForeignReading>& found_;
  std::vector<std::uint32_t> order_;
  std::vector<Misplaced> early_;  ///< whose place is still to come, ascending by `before`
  std::vector<GoneTick> repeated_;
  std::vector<GoneTick> placed_;  ///< put back, and the ticks that they were put beside
  std::uint32_t runs_ = 0;        ///< that were noted
  std::size_t far_ = 0;           ///< of them, from further away than a screen of lines
  std::vector<GoneTick> joined_;
  std::vector<std::uint32_t> gone_;
};

// What is lost before a line is lost where the line stood.
void leave_losses(const Finder& finder, const std::vector<Tick>& ticks,
                  std::vector<Reading>& readings) {
  for (const std::uint32_t tick : finder.gone()) {
    const std::size_t next = std::size_t{ticks[tick].first_read} + ticks[tick].reads;
    if (next < readings.size())
      readings[next].lost_before = std::max(readings[next].lost_before, ticks[tick].lost_before);
  }
}

}  // namespace

ReadingMoves put_back_misplaced_ticks(std::vector<Reading>& readings, TickSeries& series,
                                      std::vector<ForeignReading>& found) {
  Finder finder(series.ticks, found);
  if (!finder.run()) return {};
  leave_losses(finder, series.ticks, readings);
  std::vector<bool> moved(series.ticks.size());
  for (const std::uint32_t tick : finder.gone()) moved[tick] = true;
  for (const GoneTick& one : finder.repeated()) moved[one.tick] = false;
  for (const GoneTick& one : finder.joined()) moved[one.tick] = false;
  ReadingMoves moves = moves_into(finder.order(), moved, finder.repeated(), series.ticks, readings);
  // a tick and its host, by the records of their first readings, which stay theirs
  std::vector<std::pair<std::uint32_t, std::uint32_t>> joined;
  const auto record = [&](std::uint32_t tick) {
    return tick == kNoHost ? kNoHost : readings[series.ticks[tick].first_read].record;
  };
  for (const GoneTick& one : finder.joined())
    joined.emplace_back(record(one.tick), record(one.host));
  const std::int64_t wrap_in_tick = series.wrap_in_tick;
  series = {};
  apply_moves(moves, readings);
  series = form_ticks(readings, wrap_in_tick);
  if (joined.empty()) return moves;

  std::unordered_map<std::uint32_t, std::uint32_t> now;
  for (const auto& [tick, host] : joined) now[tick] = now[host] = kNoHost;
  for (std::uint32_t i = 0; i < series.ticks.size(); ++i)
    if (const auto at = now.find(readings[series.ticks[i].first_read].record); at != now.end())
      at->second = i;
  now[kNoHost] = kNoHost;
  std::vector<GoneTick> gone;
  for (const auto& [tick, host] : joined)
    if (now[tick] != kNoHost) gone.push_back({now[tick], now[host]});
  std::ranges::sort(gone, {}, &GoneTick::tick);
  take_out_ticks(series, gone);
  return moves;
}

}  // namespace pidometer
