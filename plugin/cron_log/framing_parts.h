#pragma once

#include <cstdint>
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

/// The same where none of it is optional but the host: false unless a tag stands there.
/// `priority_first`: `cron.info` may stand before the tag, where a host's name would.
bool take_tagged_header(std::string_view text, bool priority_first, FramedLine& line);

/// `Nov  2 `, `Nov 02 `, `Nov 2 `: month and day with their blanks. In another language or in full
/// (month_names.h) the day has two digits, `11月 02 `, as strftime(3) writes it for journalctl(1).
bool take_month_day(std::string_view& text, WrittenTime& time);

/// `Mon ` to `Sun `.
bool take_weekday(std::string_view& text);

/// `Fri Oct  2 16:00:00 2026`, ctime(3); what follows stays.
bool take_ctime(std::string_view& text, WrittenTime& time);

/// `cron.info`: a facility of syslog(3) and a priority.
bool is_facility_priority(std::string_view word);
/// `notice`: a priority alone.
bool is_priority(std::string_view word);

/// That instant in UTC, with its offset of 0.
WrittenTime written_utc(std::int64_t seconds, std::uint32_t microsecond);

/// A wall clock's reading, of which another clock tells the instant, at most a minute apart: `wall`
/// with the year and the offset that it must have had, in quarters of an hour; `utc` itself where
/// no offset brings the two together.
WrittenTime settle_zone(const WrittenTime& wall, const WrittenTime& utc);

/// Days of a month in a leap year: a yearless line may mean one.
unsigned most_days(unsigned month);

}  // namespace pidometer
