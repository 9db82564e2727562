#include "plugin/crontab/cron_schedule.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pidometer {
namespace {

constexpr auto kMonths = std::to_array<std::string_view>(
    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"});
constexpr auto kWeekdays =
    std::to_array<std::string_view>({"sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"});

struct Field {
  unsigned low;
  unsigned high;
  std::span<const std::string_view> names;
  const char* wrong;
};

constexpr std::array kFields = {
    Field{0, 59, {}, "bad minute"},
    Field{0, 23, {}, "bad hour"},
    Field{1, 31, {}, "bad day-of-month"},
    Field{1, 12, kMonths, "bad month"},
    Field{0, 7, kWeekdays, "bad day-of-week"},
};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool same_word(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
  });
}

std::optional<unsigned> number_of(std::string_view word, const Field& field) {
  if (word.empty()) return std::nullopt;
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (same_word(word, field.names[i])) return static_cast<unsigned>(i) + field.low;
  unsigned sum = 0;
  for (const char c : word) {
    if (c < '0' || c > '9' || sum > 999) return std::nullopt;
    sum = sum * 10 + static_cast<unsigned>(c - '0');
  }
  return sum;
}

std::optional<unsigned> take_value(std::string_view& text, const Field& field) {
  const auto end = std::ranges::find_if_not(text, is_word);
  const auto length = static_cast<std::size_t>(end - text.begin());
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return number_of(word, field);
}

/// One of the things between commas. What follows it stays in `text`.
bool take_item(std::string_view& text, const Field& field, std::uint64_t& bits,
               const char*& doubt) {
  unsigned first = field.low;
  unsigned last = field.high;
  bool is_range = true;
  const auto next_is = [&](char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  };
  if (next_is('~')) {
    doubt = "its times are picked by chance";
  } else if (!next_is('*')) {
    const auto value = take_value(text, field);
    if (!value) return false;
    first = last = *value;
    is_range = next_is('-');
    const bool by_chance = !is_range && next_is('~');
    if (by_chance) doubt = "its times are picked by chance";
    if (is_range || (by_chance && !text.empty() && is_word(text.front()))) {
      const auto end = take_value(text, field);
      if (!end) return false;
      last = *end;
      // fri-sun
      if (field.high == 7 && last == 0 && first > 0) last = 7;
    } else if (by_chance) {
      last = field.high;
    }
  }
  unsigned step = 1;
  if (next_is('/')) {
    const auto value = take_value(text, Field{0, 0, {}, nullptr});
    if (!value || *value == 0) return false;
    step = *value;
    // cronie refuses it, vixie-cron 3.0 passes over it, others count on from the number
    if (!is_range) doubt = "crons differ on a step without a range";
  }
  if (first < field.low || last > field.high) return false;
  if (first > last) doubt = "crons differ on a range that runs backwards";
  for (unsigned value = first; value <= last; value += step) bits |= std::uint64_t{1} << value;
  return true;
}

/// A field and the blanks behind it.
bool take_field(std::string_view& text, const Field& field, std::uint64_t& bits,
                const char*& doubt) {
  do {
    if (!take_item(text, field, bits, doubt)) return false;
    if (text.empty()) return true;
    const char next = text.front();
    if (is_blank(next)) break;
    if (next != ',') return false;
    text.remove_prefix(1);
  } while (true);
  const auto rest = std::ranges::find_if_not(text, is_blank);
  text.remove_prefix(static_cast<std::size_t>(rest - text.begin()));
  return true;
}

}  // namespace

bool CronSchedule::on_day(std::chrono::year_month_day day) const {
  if (!months.test(static_cast<unsigned>(day.month()))) return false;
  const bool this_day = days.test(static_cast<unsigned>(day.day()));
  const bool this_weekday =
      weekdays.test(std::chrono::weekday(std::chrono::sys_days(day)).c_encoding());
  return any_day || any_weekday ? this_day && this_weekday : this_day || this_weekday;
}

std::vector<std::chrono::minutes> CronSchedule::times_of_day() const {
  std::vector<std::chrono::minutes> times;
  times.reserve(hours.count() * minutes.count());
  for (std::size_t hour = 0; hour < hours.size(); ++hour)
    for (std::size_t minute = 0; minute < minutes.size(); ++minute)
      if (hours.test(hour) && minutes.test(minute))
        times.emplace_back(static_cast<int>(hour * minutes.size() + minute));
  return times;
}

bool CronSchedule::ever() const {
  return minutes.any() && hours.any() && months.any() &&
         (any_day || any_weekday ? days.any() && weekdays.any() : days.any() || weekdays.any());
}

std::optional<CronSchedule> take_schedule(std::string_view& text, const char*& wrong) {
  CronSchedule schedule;
  std::array<std::uint64_t, kFields.size()> bits{};
  std::array<bool, kFields.size()> star{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    star[i] = text.starts_with('*');
    if (!take_field(text, kFields[i], bits[i], schedule.doubt)) {
      wrong = kFields[i].wrong;
      return std::nullopt;
    }
  }
  schedule.minutes = bits[0];
  schedule.hours = bits[1];
  schedule.days = bits[2];
  schedule.months = bits[3];
  schedule.weekdays = (bits[4] | bits[4] >> 7U) & 0x7fU;
  schedule.any_day = star[2];
  schedule.any_weekday = star[4];
  return schedule;
}

std::optional<CronSchedule> named_schedule(std::string_view word) {
  struct Name {
    std::string_view word;
    std::string_view fields;
  };
  constexpr std::array kNames = {
      Name{"yearly", "0 0 1 1 *"}, Name{"annually", "0 0 1 1 *"},     Name{"monthly", "0 0 1 * *"},
      Name{"weekly", "0 0 * * 0"}, Name{"daily", "0 0 * * *"},        Name{"midnight", "0 0 * * *"},
      Name{"hourly", "0 * * * *"}, Name{"every_minute", "* * * * *"},
  };
  for (const Name& name : kNames) {
    if (name.word != word) continue;
    std::string_view fields = name.fields;
    const char* wrong = nullptr;
    return take_schedule(fields, wrong);
  }
  return std::nullopt;
}

}  // namespace pidometer
