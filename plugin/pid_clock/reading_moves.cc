#include "plugin/pid_clock/reading_moves.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace pidometer {
namespace {

/// Where each reading goes, once the ticks are in order.
class Mover {
 public:
  Mover(std::span<const std::uint32_t> order, const std::vector<bool>& moved,
        std::span<const GoneTick> repeated, std::span<const Tick> ticks,
        std::span<const Reading> readings)
      : readings_(readings), ticks_(ticks), repeated_(repeated) {
    put(0, ticks.front().first_read);
    std::uint32_t next = 0;
    const auto put_up_to = [&](std::uint32_t end) {
      for (; next < end; ++next) {
        if (!moved[next]) put_own(next);
        put_rest(next);
      }
    };
    for (const std::uint32_t tick : order) {
      if (moved[tick])
        put_own(tick);
      else
        put_up_to(tick + 1);
    }
    put_up_to(static_cast<std::uint32_t>(ticks.size()));
  }

  ReadingMoves take() { return std::move(moves_); }

 private:
  std::uint32_t own_end(std::uint32_t tick) const {
    return ticks_[tick].first_read + ticks_[tick].reads;
  }

  void put_own(std::uint32_t tick) {
    const auto repeated = std::ranges::lower_bound(repeated_, tick, {}, &GoneTick::tick);
    if (repeated != repeated_.end() && repeated->tick == tick)
      for (std::uint32_t r = ticks_[tick].first_read; r < own_end(tick); ++r)
        if (readings_[r].kind == ReadingKind::job &&
            (!stands_behind(repeated->host, tick) || holds(repeated->host, readings_[r])))
          moves_.repeated.push_back(to_ + r - ticks_[tick].first_read);
    put(ticks_[tick].first_read, own_end(tick));
  }

  // Whether nothing but repeated ticks lies between the two: the last of a host's lines may stand
  // behind these, and look like part of the last one.
  bool stands_behind(std::uint32_t host, std::uint32_t tick) const {
    if (host >= tick) return false;
    for (std::uint32_t k = host + 1; k < tick; ++k)
      if (!std::ranges::binary_search(repeated_, k, {}, &GoneTick::tick)) return false;
    return true;
  }

  bool holds(std::uint32_t host, const Reading& job) const {
    const auto lines = readings_.subspan(ticks_[host].first_read, ticks_[host].reads);
    return std::ranges::any_of(
        lines, [&](const Reading& r) { return r.pid == job.pid && r.label == job.label; });
  }

  // What stands behind the tick and is not its own: a start of the daemon.
  void put_rest(std::uint32_t tick) {
    put(own_end(tick), tick + 1 < ticks_.size() ? ticks_[tick + 1].first_read
                                                : static_cast<std::uint32_t>(readings_.size()));
  }

  void put(std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t from = begin; from < end; ++from, ++to_)
      if (from != to_) moves_.moves.push_back({to_, from});
  }

  std::span<const Reading> readings_;
  std::span<const Tick> ticks_;
  std::span<const GoneTick> repeated_;
  ReadingMoves moves_;
  std::uint32_t to_ = 0;
};

}  // namespace

ReadingMoves moves_into(std::span<const std::uint32_t> order, const std::vector<bool>& moved,
                        std::span<const GoneTick> repeated, std::span<const Tick> ticks,
                        std::span<const Reading> readings) {
  return Mover(order, moved, repeated, ticks, readings).take();
}

void apply_moves(const ReadingMoves& moves, std::vector<Reading>& readings) {
  // moved lines are near to where they belong: a stretch at a time is held twice
  std::vector<Reading> stretch;
  for (std::size_t begin = 0, end = 0; begin < moves.moves.size(); begin = end) {
    stretch.clear();
    std::uint32_t furthest = 0;
    do {
      furthest = std::max(furthest, moves.moves[end].from);
      stretch.push_back(readings[moves.moves[end].from]);
      ++end;
    } while (end < moves.moves.size() && moves.moves[end].to <= furthest);
    for (std::size_t k = begin; k < end; ++k) readings[moves.moves[k].to] = stretch[k - begin];
  }
  for (const std::uint32_t place : moves.repeated) readings[place].kind = ReadingKind::check;
}

}  // namespace pidometer
