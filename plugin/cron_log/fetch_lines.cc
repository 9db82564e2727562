#include <algorithm>
#include <map>

#include "plugin/cron_log/line_fetcher.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/cron_log/log_text.h"

namespace pidometer {

LinePlace place_of(const LogSeries& series, std::uint32_t record) {
  if (record >= series.records.size()) return {};
  return {series.files[series.records[record].file], series.records[record].offset};
}

std::vector<Result<std::string>> fetch_lines(std::span<const LinePlace> places) {
  std::vector<Result<std::string>> lines(places.size());
  std::map<const LogFile*, std::size_t> numbers;
  std::vector<std::vector<std::size_t>> by_file;  // indices of `places`; files as they are met
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].file == nullptr) {
      lines[i] = fail(ErrorKind::unreadable, "no such record");
      continue;
    }
    const std::size_t number = numbers.try_emplace(places[i].file, by_file.size()).first->second;
    if (number == by_file.size()) by_file.emplace_back();
    by_file[number].push_back(i);
  }
  for (std::vector<std::size_t>& own : by_file) {
    std::stable_sort(own.begin(), own.end(), [&](std::size_t a, std::size_t b) {
      return places[a].offset < places[b].offset;
    });
    auto stream = open_log_text(*places[own.front()].file);
    if (!stream) {
      for (const std::size_t i : own) lines[i] = tl::unexpected(stream.error());
      continue;
    }
    LineFetcher fetcher(**stream);
    for (const std::size_t i : own) lines[i] = fetcher.line_at(places[i].offset);
  }
  return lines;
}

std::vector<Result<std::string>> fetch_lines(const LogSeries& series,
                                             std::span<const std::uint32_t> records) {
  std::vector<LinePlace> places;
  places.reserve(records.size());
  for (const std::uint32_t record : records) places.push_back(place_of(series, record));
  return fetch_lines(places);
}

}  // namespace pidometer
