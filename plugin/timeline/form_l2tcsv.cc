#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "plugin/timeline/column_text.h"
#include "plugin/timeline/json_row.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {
namespace {

/// What `extra` leaves out: it has a column of its own, or repeats one.
constexpr std::array<std::string_view, 14> kInColumns = {
    "datetime", "display_name", "filename",       "hostname",    "inode",
    "message",  "parser",       "pathspec",       "source_long", "source_short",
    "tag",      "timestamp",    "timestamp_desc", "username"};

/// Plaso's short message: 80 characters, the last three of a longer one as dots.
std::string short_message(const std::string& message) {
  constexpr std::size_t kMost = 80;
  std::size_t characters = 0;
  std::size_t cut = 0;  // byte at which character 77 ends
  for (std::size_t i = 0; i < message.size(); ++i) {
    const bool begins = (static_cast<std::uint8_t>(message[i]) & 0xc0U) != 0x80U;
    if (!begins) continue;
    if (characters == kMost - 3) cut = i;
    if (++characters > kMost) return message.substr(0, cut) + "...";
  }
  return message;
}

/// `key: value; key: value`, in the order of the keys.
std::string extra_words(const RowJson& row) {
  std::string words;
  for (const auto& [key, value] : row.items()) {
    if (std::find(kInColumns.begin(), kInColumns.end(), key) != kInColumns.end()) continue;
    // A `;` of the evidence would begin an attribute that nobody wrote.
    const std::string text =
        replaced(value.is_string() ? value.get<std::string>() : value.dump(), ';', "\\x3b");
    words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", key, text);
  }
  return words;
}

}  // namespace

std::string write_l2tcsv(const TimelineEvent& event) {
  const RowJson row = row_json(event);
  const auto day = std::chrono::floor<std::chrono::days>(event.time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(event.time - day)};
  const std::string message = column(row, "message");
  const std::array<std::string, 17> columns = {
      fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(date.year())),
      fmt::format("{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(),
                  clock.seconds().count()),
      "UTC",
      "....",  // Plaso's letters stand for times of files; Start Time and Recorded Time are none
      column(row, "source_short"),
      column(row, "source_long"),
      column(row, "timestamp_desc"),
      column(row, "username"),
      column(row, "hostname"),
      short_message(message),
      message,
      "2",
      column(row, "display_name"),
      column(row, "inode"),
      joined_tags(row, " "),
      column(row, "parser"),
      extra_words(row),
  };
  std::string line;
  for (const std::string& value : columns) {
    if (!line.empty()) line += ',';
    line += harmless_cell(replaced(one_line(value), ',', " "));
  }
  return line + "\n";
}

}  // namespace pidometer
