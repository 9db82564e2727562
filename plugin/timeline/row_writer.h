#pragma once

#include <string>

#include "plugin/timeline/timeline_event.h"

namespace pidometer {

/// One JSON object with its newline, as schemas/ has it. Same event, same bytes.
std::string write_jsonl(const TimelineEvent& event);

/// The old examiners' form, `[842]: root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)`, and an
/// indented line of explanation. Records: the line itself. `color`: ANSI colours by level.
std::string write_text(const TimelineEvent& event, bool color);

/// One sentence for a person, local time and UTC in it.
std::string event_message(const TimelineEvent& event);

/// Stable over reruns: a hash of host series, kind and bounding lines, 16 hex digits.
std::string finding_id(const TimelineEvent& event);

}  // namespace pidometer
