#pragma once

#include <string_view>

#include "base/timestamp.h"
#include "plugin/cron_log/framing.h"

namespace pidometer {

/// Parts that several framings share. Each takes from the front of `text`, or fails; after a
/// failure `text` is of no more use.

/// `<78>`; nothing to take is no failure.
bool take_priority(std::string_view& text);

/// `HH:MM:SS`, seconds to 60 (a leap second), with an optional `.ffffff` of any length: what is
/// finer than a microsecond is cut off.
bool take_clock(std::string_view& text, WrittenTime& time);

/// `2026-11-02T05:50:01[.fff][Z|+01:00|+0100]`; a blank may stand for the T.
bool take_iso_time(std::string_view& text, WrittenTime& time);

/// `[host ]tag[pid]: text`, `[host ]tag: text` or `host text`: fills hostname, tag, pid and text.
bool take_syslog_header(std::string_view text, FramedLine& line);

/// Days of a month in a leap year: a yearless line may mean one.
unsigned most_days(unsigned month);

}  // namespace pidometer
