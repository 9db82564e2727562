#include "plugin/crontab/covered_minutes.h"

#include <algorithm>
#include <chrono>

namespace pidometer {
namespace {

constexpr std::int64_t kDay = 24 * 60;

}  // namespace

CalendarDay calendar_day(std::int64_t day) {
  const std::chrono::sys_days date{std::chrono::days(day)};
  return {std::chrono::weekday(date).c_encoding(),
          static_cast<unsigned>(std::chrono::year_month_day(date).day())};
}

CoveredMinutes::CoveredMinutes(std::vector<LocalStretch> stretches)
    : stretches_(std::move(stretches)),
      weekdays_((kMinutes + 1) * kWeekdays),
      month_days_((kMinutes + 1) * kMonthDays) {
  // Steps at which a day's cover begins and ends, then their sums.
  for (const LocalStretch& stretch : stretches_)
    for (std::int64_t begin = stretch.begin; begin < stretch.end;) {
      const std::int64_t minute = (begin % kDay + kDay) % kDay;
      const std::int64_t midnight = begin - minute;
      const CalendarDay at = calendar_day(midnight / kDay);
      const std::int64_t end = std::min(stretch.end, midnight + kDay);
      const auto first = static_cast<std::size_t>(minute);
      const auto last = static_cast<std::size_t>(end - midnight);
      ++weekdays_[first * kWeekdays + at.weekday];
      --weekdays_[last * kWeekdays + at.weekday];
      ++month_days_[first * kMonthDays + at.month_day];
      --month_days_[last * kMonthDays + at.month_day];
      begin = end;
    }
  for (std::size_t i = kWeekdays; i < weekdays_.size(); ++i)
    weekdays_[i] += weekdays_[i - kWeekdays];
  for (std::size_t i = kMonthDays; i < month_days_.size(); ++i)
    month_days_[i] += month_days_[i - kMonthDays];
  note_days();
}

void CoveredMinutes::note_days() {
  for (const LocalStretch& stretch : stretches_)
    for (std::int64_t begin = stretch.begin; begin < stretch.end;) {
      const std::int64_t minute = (begin % kDay + kDay) % kDay;
      const std::int64_t midnight = begin - minute;
      const std::int64_t day = midnight / kDay;
      if (days_.empty() || days_.back().first != day) {
        if (days_.size() == kMostDays) {
          days_.clear();
          return;
        }
        days_.emplace_back(day, std::bitset<kMinutes>());
      }
      const std::int64_t end = std::min(stretch.end, midnight + kDay);
      std::bitset<kMinutes> part;
      part.set();
      part >>= kMinutes - static_cast<std::size_t>(end - begin);
      days_.back().second |= part << static_cast<std::size_t>(minute);
      begin = end;
    }
}

bool CoveredMinutes::covers(std::int64_t minute) const {
  const auto behind = std::ranges::upper_bound(stretches_, minute, {}, &LocalStretch::begin);
  return behind != stretches_.begin() && minute < behind[-1].end;
}

std::uint64_t CoveredMinutes::days(std::size_t minute_of_day) const {
  std::uint64_t sum = 0;
  for (std::size_t d = 0; d < kWeekdays; ++d) sum += weekdays(minute_of_day, d);
  return sum;
}

std::uint64_t CoveredMinutes::weekdays(std::size_t minute_of_day, std::size_t weekday) const {
  return static_cast<std::uint64_t>(weekdays_[minute_of_day * kWeekdays + weekday]);
}

std::uint64_t CoveredMinutes::month_days(std::size_t minute_of_day, std::size_t month_day) const {
  return static_cast<std::uint64_t>(month_days_[minute_of_day * kMonthDays + month_day]);
}

std::vector<std::int64_t> CoveredMinutes::due_days(std::size_t minute_of_day) const {
  std::vector<std::int64_t> due;
  for (const auto& [day, minutes] : days_)
    if (minutes.test(minute_of_day)) due.push_back(day);
  return due;
}

}  // namespace pidometer
