#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/pid.h"
#include "base/timestamp.h"

namespace pidometer {

/// Which envelope a line came in.
enum class FramingKind : std::uint8_t {
  rfc3164,     ///< `Nov  2 05:50:01 host tag[pid]: text`
  rfc3339,     ///< `2026-11-02T05:50:01.123456+01:00 host tag[pid]: text`
  rfc5424,     ///< `<78>1 TIME HOST APP PROCID MSGID SD MSG`
  vixie_file,  ///< `user (MM/DD-HH:MM:SS-PID) text`, vixie-cron's own file
  ctime,       ///< `Fri Oct  2 16:00:00 2026 cron.info tag[pid]: text`, OpenWrt's logd
  journalctl,  ///< `Fri 2026-10-02 16:00:00 CEST host tag[pid]: text`, or seconds of 1970
  svlogd,      ///< `2026-10-02T16:00:00.12345 cron.info: Oct  2 18:00:00 tag[pid]: text`
  sandia,      ///< `- 1791000000 2026.10.02 node Oct 2 18:00:00 host tag[pid]: text`
  solaris,     ///< `>  user pid c Fri Oct  2 16:00:00 2026`, Solaris cron's own file
};

/// A line taken out of its envelope: views into the line.
struct FramedLine {
  FramingKind framing = FramingKind::rfc3164;
  WrittenTime time;
  std::string_view hostname;  ///< empty where there is none
  std::string_view tag;       ///< program name; empty in vixie's own file and in tagless lines
  std::string_view boot_id;   ///< of a journal's entry (journal_line()); else empty
  std::string_view user;      ///< cron's own files only (vixie's, Solaris'), else empty
  bool has_pid = false;
  Pid pid = 0;  ///< as written, not yet judged: 0 or beyond kMaxPid is possible
  std::string_view text;
};

/// A row of the table: a plain function, tried in order.
struct Framing {
  FramingKind kind;
  std::string_view name;
  std::string_view source;
  std::optional<FramedLine> (*parse)(std::string_view line);
};

std::span<const Framing> framings();

/// The first framing that takes the line.
std::optional<FramedLine> parse_framing(std::string_view line);

std::optional<FramedLine> parse_rfc3164(std::string_view line);
std::optional<FramedLine> parse_rfc3339(std::string_view line);
std::optional<FramedLine> parse_rfc5424(std::string_view line);
std::optional<FramedLine> parse_vixie_file(std::string_view line);
std::optional<FramedLine> parse_ctime(std::string_view line);
std::optional<FramedLine> parse_journalctl(std::string_view line);
std::optional<FramedLine> parse_svlogd(std::string_view line);
std::optional<FramedLine> parse_sandia(std::string_view line);
std::optional<FramedLine> parse_solaris(std::string_view line);

}  // namespace pidometer
