#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "plugin/timeline/run_summary.h"
#include "plugin/timeline/terminal_text.h"

namespace pidometer {

/// `48,211`.
std::string with_thousands(std::uint64_t number);

/// `1 finding`, `48,211 findings`.
std::string counted_words(std::uint64_t count, std::string_view noun);

/// A day in parts: `8`, `Nov`, `2000`.
struct DayWords {
  std::string day;
  std::string month;
  std::string year;
};
/// Of a day since 1970-01-01.
DayWords day_words(std::int64_t day);
/// `8 Nov 2000`.
std::string long_date(std::int64_t day);

/// An instant by a host's clock: `8 Nov`, `08:50`, `08:50:00`.
struct LocalClock {
  std::string day;
  std::string minute;
  std::string second;
};
LocalClock local_clock(Timestamp time, int utc_offset_minutes);

/// `8 Nov 2000, 08:50`, by a clock so many minutes east of UTC.
std::string minute_words(Timestamp time, int utc_offset_minutes);

/// `-06:00`, `UTC`.
std::string offset_words(int minutes);

/// A word as a shell takes it, and as a terminal may show it.
std::string shell_word(std::string_view bytes, const TerminalLook& look);

/// Whether any window of a series could have become a finding of its PIDs.
bool was_judged(const SeriesReport& report);
/// Why not; empty where it could.
std::string why_unjudged(const SeriesReport& report);

/// Inputs, logs, coverage, the smallest alarm, warnings and errors, two columns in.
std::string read_words(const RunSummary& summary, const TerminalLook& look);

/// The commands that go on from here. `finding` is the gravest one's id; empty: there is none.
std::string next_words(const RunSummary& summary, const std::string& finding,
                       const TerminalLook& look);

}  // namespace pidometer
