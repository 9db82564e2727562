#include "plugin/cron_log/log_life.h"

#include <algorithm>
#include <optional>

#include "plugin/cron_log/framing.h"
#include "plugin/cron_log/line_reader.h"
#include "plugin/cron_log/log_text.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {

std::vector<std::chrono::microseconds> times_between(const LogFile& file, std::uint64_t first,
                                                     std::uint64_t last) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
  std::vector<std::chrono::microseconds> times;
  const auto stream = open_log_text(file);
  if (!stream || !(*stream)->skip(first)) return times;
  last = std::min(last, first + kMostBytes);
  LineReader lines(**stream);
  LogLine line;
  std::optional<UndatedTime> start;
  while (lines.next(line) && first + line.offset < last) {
    if (line.damaged || line.too_long) continue;
    const std::optional<FramedLine> framed = parse_framing(line.text);
    if (!framed) continue;
    const UndatedTime time = undated(framed->time);
    if (!start) {
      start = time;
      continue;
    }
    const bool is_same_form =
        (time.utc_offset_minutes > kZoneless) == (start->utc_offset_minutes > kZoneless) &&
        (time.utc_offset_minutes == kYearless) == (start->utc_offset_minutes == kYearless);
    if (is_same_form && time.micros >= start->micros)
      times.emplace_back(time.micros - start->micros);
  }
  lines.stop();
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace pidometer
