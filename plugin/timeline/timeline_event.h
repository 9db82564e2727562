#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/cron_record.h"
#include "base/log_copy.h"
#include "base/log_file.h"
#include "base/recovered_lines.h"
#include "base/timestamp.h"
#include "base/warning.h"
#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_report.h"
#include "plugin/timeline/explanation.h"
#include "plugin/witness/witness.h"

namespace pidometer {

/// What the examiner says of an item of evidence: what rows are found again by among those of a
/// case. Empty: not said.
struct EvidenceLabels {
  std::string case_id;
  std::string evidence_id;
  std::string hostname;  ///< of the host that the evidence is of, in place of the name in its logs
};

/// The log that a row speaks of; shared by all its rows.
struct EventSource {
  FileEntry entry;
  std::string image;       ///< HostSeries::image
  std::string log_sha256;  ///< of the stored bytes; empty where it could not be read to its end
  LogCopy copy = LogCopy::unknown;
  std::string series_id;     ///< which host series: goes into finding_id. Same over reruns, free of
                             ///< machine paths
  std::string host;          ///< the series' host name; rows of a renamed host have others
  std::string case_id = {};  ///< EvidenceLabels
  std::string evidence_id = {};
  std::uint32_t series =
      0;  ///< number of the host series within the run: Mediator::number_series()
};

/// A bounding record, fetched again from its log.
struct LineRef {
  std::uint32_t line = 0;         ///< from 1
  std::uint64_t offset = 0;       ///< bytes into the decoded log
  std::string text;               ///< verbatim bytes, without the newline
  bool journal_replayed = false;  ///< it stands in the log only because a journal was replayed
};

/// A line that one of two logs of the same lines lacks, as the other one has it.
struct MissingLine {
  Timestamp time;
  std::string filename;    ///< the path on its volume
  std::uint32_t line = 0;  ///< from 1
  Pid pid = 0;
  std::string text;  ///< verbatim bytes; at most kMostWitnessText of them
};

/// Of a finding that a journal tells: Anomaly::lost_copies. Of a record_out_of_sequence `lines` has
/// the journal's line, where there is one.
struct MissingLines {
  AgainstJournal verdict = AgainstJournal::lines_removed;
  std::vector<MissingLine> lines;  ///< the first of them
  Timestamp first;                 ///< times of the first and the last one
  Timestamp last;
  std::uint64_t copied = 0;  ///< records of the text log that the journal holds too
};

struct FindingBody {
  Anomaly anomaly;
  LineRef first;
  LineRef last;
  std::shared_ptr<const EventSource> last_source;  ///< null: the same log as the row's
  std::string first_command;  ///< what ran at the window's start, for the words
  std::string
      missing_username;  ///< of a record_gap of one job alone, and of absent_labels; else empty
  std::string missing_command;
  std::string reporter;        ///< of the first record
  int utc_offset_minutes = 0;  ///< of the host's zone at window_start, for local time in messages
  int end_utc_offset_minutes = 0;
  TimeBasis time_basis;
  /// How many findings of the series before it have its kind and its lines: the same bytes may
  /// stand twice, and finding_id must not.
  std::uint32_t repetition = 0;
  /// Of the activity that the finding is part of, or of the activity itself; empty for none.
  std::string activity_id = {};
  std::vector<std::string> parts = {};  ///< finding_ids of an activity's findings, in time order
  std::shared_ptr<const Explanation> explanation = {};  ///< where it was asked for
  /// Of a live series: what was recovered of the same host that is dated within the window.
  RecoveredWithin recovered = {};
  WindowWitnesses witnesses = {};
  std::optional<MissingLines> missing = {};
  /// Of a finding of one interval, for a report: how often each distance in PIDs was seen among the
  /// intervals that it was compared with; (PIDs, times), ascending.
  std::vector<std::pair<std::int32_t, std::uint32_t>> compared = {};
};

/// One cron record, for `--records`. Text owned.
struct RecordBody {
  CronEvent event = CronEvent::command;
  Pid pid = 0;
  LineRef line;
  std::string reporter;
  std::string command;
};

struct WarningBody {
  Warning warning;
};

/// One row to be, typed. What makes JSON or text of it stands in this room and nowhere else.
struct TimelineEvent {
  Timestamp time;
  std::string parser;    ///< after `pidometer/`: dialect or detector
  std::string hostname;  ///< empty: absent from the row
  std::string username;
  std::shared_ptr<const EventSource> source;
  std::variant<FindingBody, RecordBody, WarningBody> body;
};

}  // namespace pidometer
