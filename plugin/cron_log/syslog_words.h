#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "plugin/cron_log/undated_time.h"

namespace pidometer {

/// What a syslog daemon says of itself, or systemd and journald of it, as far as lines may be
/// missing from its files for it. Sources: rsyslog 8 (imuxsock, imjournal, omfile, ratelimit.c),
/// syslog-ng, sysklogd, systemd's unit messages, journald-syslog.c.
enum class SyslogWord : std::uint8_t {
  stopped,  ///< it ends, or was ended
  started,  ///< it begins to write
  lost,     ///< anything else that may cost lines: a limit, a full disk, a queue that overflows
};

/// The word of a line of any framing; nothing for all other lines, and for the reopening of files
/// that every rotation brings (HUP) and marks, which cost none. A line that only speaks of a log
/// file is no word: who edits /var/log/syslog by way of sudo does not excuse what is missing.
struct ToldWord {
  SyslogWord word = SyslogWord::lost;
  UndatedTime time;
  std::string_view hostname;  ///< of the line; empty where it names none
};
std::optional<ToldWord> syslog_word(std::string_view line);

}  // namespace pidometer
