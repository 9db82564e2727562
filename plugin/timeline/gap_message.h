#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/timeline/timeline_event.h"

namespace pidometer {

/// The finding's instant or window in words, by the host's clock and in UTC.
std::string when(const FindingBody& finding);

/// "90 s", "90 min", "1 h", "2 h 30 min", "2.5 days": minutes up to two hours, unless they are one.
std::string duration_words(double seconds);

/// "842 more PIDs were handed out (processes or threads)". Threads take PIDs too, so no message
/// may speak of processes alone.
std::string pids_handed_out(std::int64_t count, std::string_view comparison);

/// "; no more than low: ..." where something bounds the level of an excess; else empty.
std::string bound_words(LevelBound bound);

/// Whether a record_gap is one of PIDs alone: in an interval that nothing can be compared with.
inline bool lacks_no_record(const Anomaly& gap) {
  return gap.missing_records == 0 && gap.excess_pids > 0;
}

/// The sentence of a record_gap: what is missing, why, and what was handed out beyond that.
std::string gap_message(const TimelineEvent& event, const FindingBody& finding);

}  // namespace pidometer
