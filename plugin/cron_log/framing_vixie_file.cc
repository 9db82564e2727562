#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {

// misc.c: log_it writes "%s (%02d/%02d-%02d:%02d:%02d-%d) %s (%s)\n": user, local time, PID, event,
// detail. No year, no host.
std::optional<FramedLine> parse_vixie_file(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::vixie_file;
  std::uint32_t month = 0;
  std::uint32_t day = 0;
  if (!take_until(line, ' ', framed.user) || framed.user.empty() || !take(line, '(') ||
      !take_digits(line, 2, month) || !take(line, '/') || !take_digits(line, 2, day) ||
      !take(line, '-') || day < 1 || day > most_days(month))
    return std::nullopt;
  framed.time.month = static_cast<std::uint8_t>(month);
  framed.time.day = static_cast<std::uint8_t>(day);
  if (!take_clock(line, framed.time) || !take(line, '-') || !take_number(line, framed.pid) ||
      !take(line, ") "))
    return std::nullopt;
  framed.has_pid = true;
  framed.text = line;
  return framed;
}

}  // namespace pidometer
