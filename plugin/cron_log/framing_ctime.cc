#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

/// `[1791000000.123] `: with logread -t, seconds of 1970 and thousandths.
bool take_logread_seconds(std::string_view& text, WrittenTime& utc) {
  std::string_view rest = text;
  std::uint32_t seconds = 0;
  std::uint32_t millis = 0;
  if (!take(rest, '[') || !take_number(rest, seconds) || !take(rest, '.') ||
      !take_digits(rest, 3, millis) || !take(rest, "] "))
    return false;
  utc = written_utc(seconds, millis * 1000);
  text = rest;
  return true;
}

}  // namespace

// log_notify writes "%s %s%s.%s%s %s\n": ctime(3) without its line feed, the seconds with -t,
// facility and priority, ` kernel:` for the kernel's own lines, the message. No host. Wall clock of
// the router, which boots into the time of its last file until the network sets it.
std::optional<FramedLine> parse_ctime(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::ctime;
  WrittenTime utc;
  if (!take_ctime(line, framed.time) || !take(line, ' ')) return std::nullopt;
  if (take_logread_seconds(line, utc)) framed.time = settle_zone(framed.time, utc);
  if (!take_tagged_header(line, true, framed)) return std::nullopt;
  return framed;
}

}  // namespace pidometer
