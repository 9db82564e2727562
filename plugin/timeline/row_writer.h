#pragma once

#include <string>

#include "plugin/timeline/timeline_event.h"

namespace pidometer {

/// One JSON object with its newline, as schemas/ has it. Same event, same bytes.
std::string write_jsonl(const TimelineEvent& event);

/// The old examiners' form, `[842]: root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)`, and an
/// indented line of explanation. Records: the line itself. `color`: ANSI colours by level.
std::string write_text(const TimelineEvent& event, bool color);

/// log2timeline's CSV with its 17 columns. A comma in a value is a space, as Plaso writes it; what
/// has no column of its own stands in `extra` as `key: value; ...`, in which a `;` of a value is
/// `\x3b`.
std::string write_l2tcsv(const TimelineEvent& event);

/// TLN: `Time|Source|Host|User|Description`, time in whole seconds since 1970. A `|` in a value,
/// and a `;` in the message, is a space, as Plaso writes them.
std::string write_tln(const TimelineEvent& event);

/// The Sleuth Kit's body file, version 3, for mactime: 11 columns. The row's time stands in all
/// four of its times, for mactime lists a time of 0 as one of the year 0. A `|` in a value is
/// `\x7c`.
std::string write_bodyfile(const TimelineEvent& event);

/// The columns of Plaso's dynamic form, quoted as RFC 4180 has it, so that no comma is lost. Labels
/// are joined by commas, at which Timesketch splits them.
std::string write_csv(const TimelineEvent& event);

/// Plaso's json_line form, as psort would write the same event: keys sorted, `__type__` keys, the
/// time as a date_time object, the labels as an event_tag object.
std::string write_plaso(const TimelineEvent& event);

/// One sentence for a person, local time and UTC in it.
std::string event_message(const TimelineEvent& event);

/// Stable over reruns: a hash of host series, kind and bounding lines, 16 hex digits.
std::string finding_id(const TimelineEvent& event);

}  // namespace pidometer
