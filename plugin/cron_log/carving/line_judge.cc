#include "plugin/cron_log/carving/line_judge.h"

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/framing.h"

namespace pidometer {

JudgedLine judge_line(std::string_view line, bool whole_start) {
  JudgedLine judged;
  const ParsedLine parsed = parse_line(line);
  switch (parsed.kind) {
    case ParsedLine::Kind::record:
      judged.time = undated(parsed.record.time);
      judged.kind = JudgedLine::Kind::record;
      if (parsed.framing == FramingKind::vixie_file && !whole_start)
        judged.kind = JudgedLine::Kind::unparsed;
      // "last message repeated" has no program: another's as well as cron's.
      if (parsed.framing != FramingKind::vixie_file && parsed.record.reporter.empty())
        judged.kind = JudgedLine::Kind::other;
      return judged;
    case ParsedLine::Kind::malformed:
      judged.kind = JudgedLine::Kind::unparsed;
      break;
    case ParsedLine::Kind::skipped:
      break;
  }
  const auto framed = parse_framing(line);
  if (!framed) return judged;
  judged.time = undated(framed->time);
  if (judged.kind == JudgedLine::Kind::text) judged.kind = JudgedLine::Kind::other;
  return judged;
}

std::optional<std::int64_t> step_between(const UndatedTime& earlier, const UndatedTime& later) {
  const bool yearless = earlier.utc_offset_minutes == kYearless;
  const bool zoneless = earlier.utc_offset_minutes == kZoneless;
  if (yearless != (later.utc_offset_minutes == kYearless) ||
      zoneless != (later.utc_offset_minutes == kZoneless))
    return std::nullopt;
  std::int64_t step = later.micros - earlier.micros;
  // A line of January behind one of December.
  if (yearless && step < -kMicrosPerCountedYear / 2) step += kMicrosPerCountedYear;
  if (step < 0) return std::nullopt;
  return step;
}

bool goes_on(const UndatedTime& earlier, const UndatedTime& later, std::int64_t limit) {
  const std::optional<std::int64_t> step = step_between(earlier, later);
  return step && *step <= limit;
}

}  // namespace pidometer
