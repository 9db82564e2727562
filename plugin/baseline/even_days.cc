#include "plugin/baseline/even_days.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>

#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// In each third of at least ten days: an intruder's days are fewer, and once he was not there; or
// he is learnt as the host's own as is one who always comes at the same minute.
constexpr std::size_t kLeastDays = 10;
constexpr std::size_t kParts = 3;

}  // namespace

EvenDays::EvenDays(const PidClock& clock) : clock_(clock) {
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::judged) continue;
    if (const std::int64_t day = day_of(i); days_.empty() || days_.back() != day)
      days_.push_back(day);
  }
  // a clock that was set back goes through days again
  std::ranges::sort(days_);
  days_.erase(std::unique(days_.begin(), days_.end()), days_.end());
}

std::int64_t EvenDays::day_of(std::uint32_t interval) const {
  const auto since = clock_.ticks[interval].time - clock_.ticks.front().time;
  return std::chrono::floor<std::chrono::days>(since).count();
}

bool EvenDays::cover(std::vector<std::int64_t>& seen, double share) const {
  if (days_.size() < kLeastDays) return false;
  std::ranges::sort(seen);
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t begin = days_.size() * part / kParts;
    const auto own = std::span(days_).subspan(begin, days_.size() * (part + 1) / kParts - begin);
    const auto hit = std::ranges::count_if(
        own, [&](std::int64_t day) { return std::ranges::binary_search(seen, day); });
    if (static_cast<double>(hit) < share * static_cast<double>(own.size())) return false;
  }
  return true;
}

double EvenDays::reached(std::span<const double> sizes, double share) const {
  if (are_few()) return 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t begin = days_.size() * part / kParts;
    const std::size_t end = days_.size() * (part + 1) / kParts;
    std::vector<double> own(sizes.begin() + static_cast<std::ptrdiff_t>(begin),
                            sizes.begin() + static_cast<std::ptrdiff_t>(end));
    const auto most = std::ceil(share * static_cast<double>(own.size()));
    const auto at = own.begin() + static_cast<std::ptrdiff_t>(most) - 1;
    std::ranges::nth_element(own, at, std::ranges::greater());
    least = std::min(least, *at);
  }
  return least;
}

std::size_t EvenDays::place_of(std::uint32_t interval) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(days_, day_of(interval)) -
                                  days_.begin());
}

bool EvenDays::are_few() const {
  return days_.size() < kLeastDays;
}

std::int64_t EvenDays::date_of(std::uint32_t interval) const {
  return local_day_of(clock_.ticks[interval]);
}

bool EvenDays::may_cover(std::vector<std::int64_t>& dates, double share) const {
  std::ranges::sort(dates);
  const auto hit = std::unique(dates.begin(), dates.end()) - dates.begin();
  return static_cast<double>(hit) >= share * static_cast<double>(days_.size());
}

}  // namespace pidometer
