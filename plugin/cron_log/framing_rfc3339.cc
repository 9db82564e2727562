#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {

std::optional<FramedLine> parse_rfc3339(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::rfc3339;
  if (!take_priority(line) || !take_iso_time(line, framed.time) || !take(line, ' ') ||
      !take_syslog_header(line, framed))
    return std::nullopt;
  // `cron.info: Nov  2 ...` is socklog's: a line within the line (framing_svlogd.cc).
  if (!framed.has_pid && is_facility_priority(framed.tag)) return std::nullopt;
  return framed;
}

}  // namespace pidometer
