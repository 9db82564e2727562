#include "plugin/cron_log/framing.h"

namespace pidometer {
namespace {

// Each line is of one framing at most: they differ in the first bytes, so the order is only one of
// speed. A new framing is a row here and a file framing_<name>.cc.
constexpr Framing kFramings[] = {
    {FramingKind::rfc3164, "rfc3164", "RFC 3164, 4.1; sysklogd, rsyslog's traditional file format",
     parse_rfc3164},
    {FramingKind::rfc3339, "rfc3339",
     "RFC 3339; rsyslog's RSYSLOG_FileFormat, syslog-ng ts-format(iso)", parse_rfc3339},
    {FramingKind::rfc5424, "rfc5424", "RFC 5424, 6; rsyslog's RSYSLOG_SyslogProtocol23Format",
     parse_rfc5424},
    {FramingKind::vixie_file, "vixie_file", "vixie-cron 3.0, misc.c: log_it, with LOG_FILE",
     parse_vixie_file},
    {FramingKind::ctime, "ctime", "OpenWrt's ubox, log/logread.c: log_notify", parse_ctime},
    {FramingKind::journalctl, "journalctl",
     "systemd, logs-show.c: output_short with short-full, short-unix", parse_journalctl},
    {FramingKind::svlogd, "svlogd",
     "runit's svlogd -t, -tt, -ttt and daemontools' multilog, behind socklog", parse_svlogd},
    {FramingKind::sandia, "sandia",
     "Oliner and Stearley, What Supercomputers Say, DSN 2007: Thunderbird, Spirit, Liberty",
     parse_sandia},
    {FramingKind::solaris, "solaris", "Solaris and illumos, cron.c: logit, msg", parse_solaris},
};

}  // namespace

std::span<const Framing> framings() {
  return kFramings;
}

std::optional<FramedLine> parse_framing(std::string_view line) {
  for (const Framing& framing : kFramings)
    if (auto framed = framing.parse(line)) return framed;
  return std::nullopt;
}

}  // namespace pidometer
