#include "plugin/timeline/unexplained_days.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

namespace pidometer {
namespace {

/// The first is that of a judged day that left nothing.
constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kAscii = {"_", ".", ":", "-", "=", "+", "*", "#"};

/// A mark for `pids` where `most` gets the highest: 0 only for what rounds to nothing.
std::size_t height(double pids, double most) {
  if (pids < 0.5) return 0;
  const double share = std::log1p(pids) / std::log1p(std::max(most, 1.0));
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(share * 7)), 1, 7);
}

}  // namespace

std::int64_t local_day(Timestamp time, int utc_offset_minutes) {
  return std::chrono::floor<std::chrono::days>(time + std::chrono::minutes(utc_offset_minutes))
      .time_since_epoch()
      .count();
}

UnexplainedDays unexplained_days(const HostClock& clock) {
  UnexplainedDays days;
  std::size_t offset = 0;
  for (const ClockPoint& point : clock.points) {
    while (offset + 1 < clock.offsets.size() && clock.offsets[offset + 1].time <= point.time)
      ++offset;
    if (!point.judged) continue;
    const int minutes = clock.offsets.empty() ? 0 : clock.offsets[offset].utc_offset_minutes;
    UnexplainedDay& day = days[local_day(point.time, minutes)];
    day.pids += static_cast<double>(point.unexplained);
    ++day.intervals;
  }
  return days;
}

Sparkline draw_sparkline(const UnexplainedDays& days, std::size_t columns, bool unicode) {
  Sparkline line;
  if (days.empty() || columns == 0) return line;
  line.first_day = days.begin()->first;
  line.last_day = days.rbegin()->first;
  const std::int64_t span = line.last_day - line.first_day + 1;
  const auto room = static_cast<std::int64_t>(columns);
  line.days_a_mark = (span + room - 1) / room;
  std::vector<std::optional<double>> cells(
      static_cast<std::size_t>((span + line.days_a_mark - 1) / line.days_a_mark));
  double most = 0;
  for (const auto& [number, day] : days) {
    const double pids = std::max(day.pids, 0.0);
    std::optional<double>& cell =
        cells[static_cast<std::size_t>((number - line.first_day) / line.days_a_mark)];
    cell = std::max(cell.value_or(0), pids);
    if (pids > most) {
      most = pids;
      line.peak_day = number;
    }
  }
  line.peak_pids = std::llround(most);
  for (const std::optional<double>& cell : cells) {
    if (cell)
      line.marks += (unicode ? kBlocks : kAscii)[height(*cell, most)];
    else
      line.marks += unicode ? "·" : " ";
  }
  return line;
}

}  // namespace pidometer
