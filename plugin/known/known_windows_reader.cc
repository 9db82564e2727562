#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/csv_records.h"
#include "base/utf8.h"
#include "plugin/known/known_windows.h"

namespace pidometer {
namespace {

constexpr std::array<std::string_view, 4> kKeys = {"begin", "end", "reason", "host"};
constexpr std::size_t kHost = 3;  ///< the only one that may be missing
constexpr std::string_view kHelp =
    "a CSV file begins with the line 'begin,end,reason' or 'begin,end,reason,host'; a JSON file is "
    "an array of objects with these keys";

using Fields = std::array<std::string, kKeys.size()>;

/// Reasons stand in rows: bytes that are not printable UTF-8 are no reason.
bool printable(std::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    const bool control = character.code < 0x20 || (character.code >= 0x7f && character.code < 0xa0);
    if (character.length == 0 || control) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

/// A reason of several lines (RFC 4180 lets a quoted field have them) as one: it stands in messages
/// of one line. The blanks around a line break go with it.
std::string one_line(std::string_view text) {
  constexpr std::string_view kBreaks = "\r\n";
  constexpr std::string_view kBlanks = " \t\r\n";
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kBreaks), text.size());
    std::string_view part = text.substr(0, end);
    text.remove_prefix(end);
    const bool broken = !text.empty();
    text.remove_prefix(std::min(broken ? text.find_first_not_of(kBlanks) : 0, text.size()));
    if (broken) part = part.substr(0, part.find_last_not_of(kBlanks) + 1);
    if (!line.empty() && !part.empty()) line += ' ';
    line += part;
  }
  return line;
}

Result<std::shared_ptr<const KnownWindow>> make_window(const Fields& fields,
                                                       const std::string& where,
                                                       const TimeParser& parse_time) {
  const auto wrong = [&](std::string reason) {
    return fail(ErrorKind::usage, where + " is no window of known work", std::move(reason),
                std::string(kHelp));
  };
  for (std::size_t i = 0; i < kHost; ++i)
    if (fields[i].empty()) return wrong(fmt::format("its {} is empty", kKeys[i]));
  auto window = std::make_shared<KnownWindow>();
  for (const auto& [text, time] :
       {std::pair(&fields[0], &window->range.begin), std::pair(&fields[1], &window->range.end)}) {
    const Result<Timestamp> parsed = parse_time(*text);
    if (!parsed) return wrong(parsed.error().message);
    *time = *parsed;
  }
  if (window->range.end < window->range.begin) return wrong("it ends before it begins");
  std::string reason = one_line(fields[2]);
  if (reason.empty()) return wrong("its reason is empty");
  if (!printable(reason) || !printable(fields[kHost]))
    return wrong("its reason or its host is not printable UTF-8");
  window->reason = std::move(reason);
  window->hostname = fields[kHost];
  window->entry = where;
  return window;
}

/// Which key each column has; nothing where the head is none.
using Columns = std::vector<std::size_t>;

std::optional<Columns> columns_of(const std::vector<std::string>& head) {
  Columns columns;
  for (const std::string& name : head) {
    const auto key = std::ranges::find(kKeys, name);
    const auto index = static_cast<std::size_t>(key - kKeys.begin());
    if (key == kKeys.end() || std::ranges::find(columns, index) != columns.end())
      return std::nullopt;
    columns.push_back(index);
  }
  for (std::size_t i = 0; i < kHost; ++i)
    if (std::ranges::find(columns, i) == columns.end()) return std::nullopt;
  return columns;
}

Result<KnownWindows> windows_of_csv(std::string_view bytes, const std::string& name,
                                    const TimeParser& parse_time) {
  const auto csv = read_csv(bytes, name, kHelp);
  if (!csv) return tl::unexpected(csv.error());
  const std::vector<CsvRecord>& records = *csv;
  const std::optional<Columns> columns =
      records.empty() ? std::nullopt : columns_of(records.front().fields);
  if (!columns)
    return fail(ErrorKind::usage, "the first line of " + name + " is no head", {},
                std::string(kHelp));
  KnownWindows windows;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const auto& [row, line] = records[i];
    const std::string where = fmt::format("line {} of {}", line, name);
    if (row.size() != columns->size())
      return fail(ErrorKind::usage, where + " is no window of known work",
                  fmt::format("it has {} fields, the head {}", row.size(), columns->size()),
                  std::string(kHelp));
    Fields fields;
    for (std::size_t k = 0; k < row.size(); ++k) fields[(*columns)[k]] = row[k];
    Result<std::shared_ptr<const KnownWindow>> window = make_window(fields, where, parse_time);
    if (!window) return tl::unexpected(window.error());
    windows.push_back(std::move(*window));
  }
  return windows;
}

Result<KnownWindows> windows_of_json(std::string_view bytes, const std::string& name,
                                     const TimeParser& parse_time) {
  // Of a key that stands twice the parser keeps the last one, and says nothing.
  std::set<std::string> keys;
  std::size_t objects = 0;
  std::string twice;
  const auto look_at = [&](int depth, nlohmann::json::parse_event_t event,
                           const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start && depth == 1) {
      keys.clear();
      ++objects;
    } else if (event == Event::key && depth == 2 && twice.empty()) {
      const auto key = parsed.get<std::string>();
      if (!keys.insert(key).second)
        twice =
            fmt::format("the key '{}' of object {} of {} stands in it twice", key, objects, name);
    }
    return true;
  };
  const nlohmann::json json = nlohmann::json::parse(bytes, look_at, false);
  if (!json.is_array())
    return fail(ErrorKind::usage, name + " is no JSON array", {}, std::string(kHelp));
  if (!twice.empty()) return fail(ErrorKind::usage, twice, {}, std::string(kHelp));
  KnownWindows windows;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string where = fmt::format("object {} of {}", i + 1, name);
    const auto wrong = [&](std::string reason) {
      return fail(ErrorKind::usage, where + " is no window of known work", std::move(reason),
                  std::string(kHelp));
    };
    if (!json[i].is_object()) return wrong("it is no object");
    Fields fields;
    for (const auto& [key, value] : json[i].items()) {
      const auto known = std::ranges::find(kKeys, key);
      if (known == kKeys.end()) return wrong("it has a key '" + key + "'");
      if (!value.is_string()) return wrong("its " + key + " is no string");
      fields[static_cast<std::size_t>(known - kKeys.begin())] = value.get<std::string>();
    }
    Result<std::shared_ptr<const KnownWindow>> window = make_window(fields, where, parse_time);
    if (!window) return tl::unexpected(window.error());
    windows.push_back(std::move(*window));
  }
  return windows;
}

}  // namespace

Result<KnownWindows> read_known_windows(std::string_view bytes, const std::string& name,
                                        const TimeParser& parse_time) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (bytes[first] == '[' || bytes[first] == '{');
  return json ? windows_of_json(bytes, name, parse_time) : windows_of_csv(bytes, name, parse_time);
}

}  // namespace pidometer
