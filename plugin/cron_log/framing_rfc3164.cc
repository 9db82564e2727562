#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

/// 1 to 12, or 0. English names only: syslogd formats with the C locale.
std::uint8_t month_of(std::string_view name) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (std::size_t i = 0; i < 12; ++i)
    if (kMonths.substr(i * 3, 3) == name) return static_cast<std::uint8_t>(i + 1);
  return 0;
}

/// `Nov  2`, `Nov 02`, `Nov 2`.
bool take_month_day(std::string_view& text, WrittenTime& time) {
  if (text.size() < 5) return false;
  time.month = month_of(text.substr(0, 3));
  text.remove_prefix(3);
  if (time.month == 0 || !take(text, ' ')) return false;
  take(text, ' ');
  std::uint32_t day = 0;
  if (!take_number(text, day) || day < 1 || day > most_days(time.month)) return false;
  time.day = static_cast<std::uint8_t>(day);
  return take(text, ' ');
}

}  // namespace

std::optional<FramedLine> parse_rfc3164(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::rfc3164;
  if (!take_priority(line) || !take_month_day(line, framed.time) ||
      !take_clock(line, framed.time) || !take(line, ' ') || !take_syslog_header(line, framed))
    return std::nullopt;
  return framed;
}

}  // namespace pidometer
