#include <algorithm>
#include <map>

#include "plugin/cron_log/journal_text_stream.h"
#include "plugin/cron_log/line_fetcher.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

std::vector<Result<std::string>> fetch_lines(const LogSeries& series,
                                             std::span<const std::uint32_t> records) {
  std::vector<Result<std::string>> lines(records.size());
  std::map<std::size_t, std::vector<std::size_t>> by_file;  // places in `records`
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i] < series.records.size())
      by_file[series.records[records[i]].file].push_back(i);
    else
      lines[i] = fail(ErrorKind::unreadable, "no such record");
  }
  for (auto& [file, places] : by_file) {
    const auto offset_of = [&](std::size_t place) -> std::uint64_t {
      return series.records[records[place]].offset;
    };
    std::stable_sort(places.begin(), places.end(),
                     [&](std::size_t a, std::size_t b) { return offset_of(a) < offset_of(b); });
    auto stream = open_log_text(*series.files[file]);
    if (!stream) {
      for (const std::size_t place : places) lines[place] = tl::unexpected(stream.error());
      continue;
    }
    LineFetcher fetcher(**stream);
    for (const std::size_t place : places) lines[place] = fetcher.line_at(offset_of(place));
  }
  return lines;
}

}  // namespace pidometer
