#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {

std::optional<FramedLine> parse_rfc3164(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::rfc3164;
  if (!take_priority(line) || !take_month_day(line, framed.time) ||
      !take_clock(line, framed.time) || !take(line, ' ') || !take_syslog_header(line, framed))
    return std::nullopt;
  return framed;
}

}  // namespace pidometer
