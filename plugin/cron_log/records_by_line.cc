#include "plugin/cron_log/records_by_line.h"

#include <algorithm>
#include <numeric>

namespace pidometer {

RecordsByLine::RecordsByLine(const FileLog& log, const std::vector<StoredRecord>& records)
    : log_(log), records_(records) {
  if (!log.report.reordered) return;
  by_line_.resize(log.end - log.begin);
  std::iota(by_line_.begin(), by_line_.end(), static_cast<std::uint32_t>(log.begin));
  std::stable_sort(by_line_.begin(), by_line_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return records[a].line < records[b].line;
  });
}

std::size_t RecordsByLine::record_at(std::size_t place) const {
  return by_line_.empty() ? log_.begin + place : by_line_[place];
}

RecordsByLine::Around RecordsByLine::around(std::uint32_t line) const {
  std::size_t low = 0;
  std::size_t high = log_.end - log_.begin;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (records_[record_at(middle)].line < line)
      low = middle + 1;
    else
      high = middle;
  }
  Around around;
  if (low > 0) around.before = record_at(low - 1);
  if (low < log_.end - log_.begin) around.behind = record_at(low);
  return around;
}

}  // namespace pidometer
