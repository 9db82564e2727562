#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {

// The logs of Sandia's clusters as they were published: `ALERT SECONDS YYYY.MM.DD NODE LINE`, where
// ALERT is `-` or a category, SECONDS are those since 1970, and LINE is the syslog server's own,
// with its local time and `node/node` or `server/node` for a host.
std::optional<FramedLine> parse_sandia(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::sandia;
  std::string_view alert;
  std::string_view date;
  std::string_view node;
  std::uint32_t seconds = 0;
  if (!take_until(line, ' ', alert) || alert.empty() || !take_number(line, seconds) ||
      !take(line, ' ') || !take_until(line, ' ', date) || !take_until(line, ' ', node) ||
      node.empty())
    return std::nullopt;
  std::uint32_t number = 0;
  if (!take_digits(date, 4, number) || !take(date, '.') || !take_digits(date, 2, number) ||
      !take(date, '.') || !take_digits(date, 2, number) || !date.empty())
    return std::nullopt;
  WrittenTime wall;
  if (!take_month_day(line, wall) || !take_clock(line, wall) || !take(line, ' ') ||
      !take_tagged_header(line, false, framed))
    return std::nullopt;
  framed.time = settle_zone(wall, written_utc(seconds, 0));
  framed.hostname = node;
  return framed;
}

}  // namespace pidometer
