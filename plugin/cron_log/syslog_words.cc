#include "plugin/cron_log/syslog_words.h"

#include <algorithm>
#include <array>

#include "plugin/cron_log/framing.h"

namespace pidometer {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <std::size_t N>
bool has_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return has(text, part); });
}

// A look that costs little, before a line is taken out of its framing.
constexpr std::array<std::string_view, 3> kNeedles = {"syslog", "System Logging", "Journal st"};

constexpr std::array<std::string_view, 7> kStops = {
    "Stopping", "Stopped", "exiting on signal", "shutting down", "exited", "Failed", "Deactivated"};
// Also of "starting up" and "restart".
constexpr std::array<std::string_view, 3> kStarts = {"Started", "Starting", "start"};

SyslogWord word_of(std::string_view text) {
  if (has_any(text, kStops)) return SyslogWord::stopped;
  return has_any(text, kStarts) ? SyslogWord::started : SyslogWord::lost;
}

/// Daemons' own tags: rsyslogd, rsyslogd-2177, syslogd, syslog-ng.
bool is_daemons(std::string_view tag) {
  tag.remove_prefix(tag.rfind('/') + 1);
  return tag.starts_with("rsyslog") || tag.starts_with("syslog");
}

bool costs_nothing(std::string_view text) {
  return has(text, "HUPed") || has(text, "-- MARK --");
}

}  // namespace

std::optional<ToldWord> syslog_word(std::string_view line) {
  if (!has_any(line, kNeedles)) return std::nullopt;
  const std::optional<FramedLine> framed = parse_framing(line);
  if (!framed) return std::nullopt;
  ToldWord told;
  told.time = undated(framed->time);
  told.hostname = framed->hostname;
  if (is_daemons(framed->tag)) {
    if (costs_nothing(framed->text)) return std::nullopt;
    told.word = word_of(framed->text);
  } else if (framed->tag == "systemd") {
    if (!has(framed->text, "syslog") && !has(framed->text, "System Logging")) return std::nullopt;
    told.word = word_of(framed->text);
  } else if (framed->tag == "systemd-journald" || framed->tag == "systemd-journal") {
    // the other two needles are a limit on what it takes in, or a size
    if (!has(framed->text, "syslog") && !framed->text.starts_with("Journal st"))
      return std::nullopt;
  } else {
    return std::nullopt;
  }
  return told;
}

}  // namespace pidometer
