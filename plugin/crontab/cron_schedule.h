#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace pidometer {

/// The minutes at which an entry of a crontab is due, by the daemon's wall clock.
struct CronSchedule {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;         ///< of the month, from 1
  std::bitset<13> months;       ///< from 1
  std::bitset<7> weekdays;      ///< from Sunday
  bool any_day = false;         ///< the field of days begins with `*`
  bool any_weekday = false;     ///< that of weekdays does
  const char* doubt = nullptr;  ///< why nothing may be concluded from it; nullptr: all is clear

  /// Whether it is due on that day at all. Where neither field of days begins with `*`, either of
  /// them will do (crontab(5); vixie-cron 3.0, cron.c: cron_tick).
  bool on_day(std::chrono::year_month_day day) const;
  /// When it is due on such a day, from midnight of the wall clock; ascending, at most 1440.
  std::vector<std::chrono::minutes> times_of_day() const;
  /// Whether it is ever due.
  bool ever() const;
};

/// Reads the five fields of times, `*/10 8-17 * jan-mar mon,wed`, from the front of `text`, with
/// the blanks behind them. Nothing where they are none: `wrong` then says which, as cron does ("bad
/// minute"). Lists, ranges, steps and names as vixie-cron 3.0, cronie 1.7 and busybox read them
/// (entry.c: get_list, get_range; crond.c: ParseField); where these differ, or the daemon picks a
/// minute by chance (cronie's `~`), `doubt` says so.
std::optional<CronSchedule> take_schedule(std::string_view& text, const char*& wrong);

/// `@hourly` and its like, without the `@`; nothing for a word that stands for no fixed times.
std::optional<CronSchedule> named_schedule(std::string_view word);

}  // namespace pidometer
