#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/timestamp.h"
#include "plugin/anomaly/known_window.h"

namespace pidometer {

/// Spelled as in `pidometer:anomaly:<kind>`. An activity sums up findings: `pidometer:activity`.
enum class AnomalyKind : std::uint8_t {
  pid_excess,
  pid_deficit,
  record_gap,
  record_out_of_sequence,
  clock_step,
  boot,
  new_command,
  crontab_change,
  not_a_clock,
  schedule_mismatch,
  log_rewritten,
  activity,
};

/// Why scheduled records are missing, told from the PIDs.
enum class GapCause : std::uint8_t {
  records_removed,         ///< the PIDs went on as if the jobs had run
  system_down,             ///< the counter restarted
  cron_stopped,            ///< the background went on, the jobs did not
  suspended_or_clock_set,  ///< neither went on: from cron lines alone nothing tells the two apart
  rotation_missing,        ///< a log of the series is not there
  evidence_damaged,        ///< bytes are damaged or lines did not parse there: no accusation
  unknown,
};

/// What happened to a crontab.
enum class CrontabChange : std::uint8_t {
  replaced,  ///< by crontab(1)
  removed,   ///< by crontab(1)
  reloaded,  ///< the daemon read a changed one
};

/// How log and crontabs differ.
enum class ScheduleMismatch : std::uint8_t {
  job_without_line,    ///< a job in the log that no crontab has
  job_without_script,  ///< a script that run-parts started and that its folder has not
  line_without_job,    ///< a line of a crontab that never ran while it was due
};

/// A line of a crontab, in words of the evidence.
struct CrontabLine {
  std::string volume;      ///< of the crontab; empty where it is the log's own
  std::string filename;    ///< the crontab's path on its volume
  std::uint32_t line = 0;  ///< from 1
  std::string text;        ///< as it stands there, at most 512 bytes
  std::string username;
  std::string command;
  std::optional<Timestamp> in_force_since;  ///< the latest of the file's times
};

/// What of a record does not fit its neighbours.
enum class SequenceFault : std::uint8_t {
  pid,
  time,
  order,     ///< both: the line was moved, written late, or repeated
  fall,      ///< the PIDs fall to it, and neither a boot nor a wrap takes them there
  edited,    ///< the journal beside the text log has another line there
  inserted,  ///< the journal beside the text log has no such line
};

/// Why PIDs are no clock.
enum class OrderFault : std::uint8_t {
  random_pids,
  several_counters,  ///< of hosts that the lines do not name
};

/// Why an excess is no alarm whatever its score: its level is low at most.
enum class LevelBound : std::uint8_t {
  none,
  short_log,      ///< too few intervals to say what is usual
  unknown_hours,  ///< the level changes there, in a log of too few days to say that it never does
  quiet_hour,     ///< less goes on there than elsewhere, in a log of too few days to say how long
  few_days,       ///< other days have the like, in a log of too few days to say whether most have
  running_job,    ///< a job of which few runs are known goes on behind its own interval
  unknown_job,    ///< a job of which no run at another time is known, or one, stands in it
  odd_minute,     ///< a job stands in it, or before it, at a minute that is none of its own
  out_of_order,   ///< of a clock that was set: its lines fit elsewhere in the log as well
};

enum class Level : std::uint8_t { informational, low, medium, high, critical };

/// One thing that is not normal, between two readings. Numbers only: words are made in timeline/.
struct Anomaly {
  AnomalyKind kind = AnomalyKind::pid_excess;
  Level level = Level::informational;
  Timestamp window_start;
  Timestamp window_end;
  std::uint32_t first_record = 0;  ///< the caller's index (Reading::record) of the bounding records
  std::uint32_t last_record = 0;
  Pid first_pid = 0;
  Pid last_pid = 0;
  std::uint32_t boot_session = 0;  ///< from 1, in the series
  std::uint32_t intervals = 1;     ///< how many intervals between readings the window spans

  std::shared_ptr<const KnownWindow> known = {};  ///< work that the caller knows of; null: none
  bool known_inside = false;  ///< it lies in that work wholly: its level was lowered

  // pid_excess and pid_deficit:
  std::uint32_t wraps_assumed = 0;
  std::int64_t observed_pids = 0;
  double expected_pids = 0;
  std::int64_t excess_pids = 0;   ///< observed minus expected, rounded; negative for a deficit
  std::int64_t parts_excess = 0;  ///< activity: what its findings have of that; the rest lies
                                  ///< beside them in their windows
  std::int64_t excess_low = 0;    ///< 90% range
  std::int64_t excess_high = 0;
  double score = 0;      ///< -log10 of the chance in one window of its kind
  double score_log = 0;  ///< the same for one of all windows looked at in the log; never below 0
  std::uint32_t baseline_samples = 0;  ///< comparable intervals: same jobs, same length
  std::int64_t baseline_low = 0;       ///< their range
  std::int64_t baseline_high = 0;
  std::vector<std::uint32_t> labels;  ///< Reading::label of the jobs of the first tick, sorted

  /// The window that was chosen, of which the finding is the shortest stretch that holds most: its
  /// first tick and the one that ends it, and the sums over it.
  std::uint32_t window_first_tick = 0;
  std::uint32_t window_last_tick = 0;
  double window_excess = 0;
  double window_variance = 0;
  double window_few = 0;        ///< of the variance: what is known from few others
  unsigned window_degrees = 0;  ///< of Student's t for that; 0: there is none
  /// Of a pid_excess or pid_deficit: the window whose score it is.
  std::uint32_t scored_first_tick = 0;
  std::uint32_t scored_last_tick = 0;
  std::uint32_t stretch_first_tick = 0;  ///< of the row's own stretch
  /// Number of the activity that the finding is part of, from 1 in the series; 0: none. Findings of
  /// one activity are neighbours, or apart by a quiet interval or two.
  std::uint32_t activity = 0;

  LevelBound level_bound = LevelBound::none;  ///< pid_excess, record_gap: why it is no alarm

  // pid_excess of one interval whose tick lacks jobs that each such tick around has, while their
  // PIDs were handed out:
  std::vector<std::uint32_t> absent_labels = {};  ///< Reading::label, sorted; empty: none is known
  std::uint32_t absent_seen = 0;                  ///< in so many ticks, the nearest ones; of a
                                                  ///< record_gap of single lines too
  double absent_expected = 0;                     ///< PIDs of the interval with them

  // pid_excess and record_gap; may_be_boot of a boot too:
  bool restarted = false;  ///< cron's daemon was started within it while the PIDs went on
  bool may_be_boot =
      false;  ///< ... or the host was booted, and its counter came as far: never above low

  // record_gap (observed_pids and expected_pids too: what would have been spent had all run):
  GapCause cause = GapCause::unknown;
  std::uint64_t missing_records = 0;  ///< what the schedule had there, by the hours and days before
  double background_pids = 0;         ///< what would have been spent had no job run
  double noise_pids = 0;              ///< standard deviation of the two
  bool may_be_burst = false;  ///< cause unknown: removed, or the host slept and other work took as
                              ///< many PIDs
  // excess_pids, score, score_log: beyond what all of the missing jobs take, whatever the cause;
  // 0 where that is no more than chance and damage may make
  Level surplus_level = Level::informational;  ///< that it has for that: `level` is never below
  bool until_file_time = false;      ///< it ends at the time at which the log's file was written
  std::uint64_t unreadable_end = 0;  ///< bytes that are no text and end the file; its time is not
                                     ///< known where until_file_time is false
  bool from_file_time = false;       ///< it begins at the time at which the log's file was made
  bool one_job = false;              ///< one job's lines alone are missing: `labels`
  /// What is taken to have passed in it where its times do not tell: the clock was set in it, or
  /// the time of a line within was edited. 0: they tell.
  double assumed_seconds = 0;
  bool time_edited = false;
  /// Number from 1 of the caller's: what a text log and a journal lack of one another. 0: the
  /// finding was told from the schedule and the PIDs. Of a record_out_of_sequence too.
  std::uint32_t lost_copies = 0;

  // record_out_of_sequence (the window is the record):
  SequenceFault fault = SequenceFault::pid;
  bool may_be_late = false;         ///< it is outside its neighbours by few PIDs and a short time
  std::uint32_t block_records = 1;  ///< fault order: so many stand in a row, first_record and
                                    ///< last_record the ends of it
  bool block_repeated = false;      ///< ... and each stands where it belongs as well
  Pid previous_pid = 0;  ///< of the neighbours, in the log's order; 0 where there is none
  Pid next_pid = 0;
  Timestamp previous_time;
  Timestamp next_time;

  // clock_step:
  double step_seconds = 0;  ///< signed: positive forward

  // new_command:
  double days_before = 0;  ///< of log without it

  // crontab_change:
  CrontabChange change = CrontabChange::replaced;

  // schedule_mismatch:
  ScheduleMismatch mismatch = ScheduleMismatch::job_without_line;
  std::uint64_t runs = 0;  ///< of the job without a line
  std::uint64_t due = 0;   ///< how often the line without a job was due
  /// That line; or the one of a file that cron passes over and that has the job. Null: there is
  /// none.
  std::shared_ptr<const CrontabLine> crontab_line = {};

  // log_rewritten:
  Timestamp file_created;            ///< birth of the log's file
  std::uint64_t records_before = 0;  ///< of it that are older

  // boot:
  bool untold = false;  ///< neither a STARTUP line nor a boot ID says so
  bool counter_restarted =
      true;  ///< false: a STARTUP line without a fall of the counter (the daemon was restarted;
             ///< may_be_boot: or the host was, and its counter came as far)
  /// PIDs beyond what this host spends in the time, had the counter wrapped there and not
  /// restarted; 0: a STARTUP line or a boot ID tells the boot, or no wrap comes so far.
  std::int64_t excess_if_wrapped = 0;

  // not_a_clock (see PidOrder):
  OrderFault order_fault = OrderFault::random_pids;
  std::uint32_t steps = 0;
  std::uint32_t downward_steps = 0;
  std::uint32_t downward_steps_dealt = 0;  ///< several_counters
  double unevenness = 0;                   ///< random_pids
};

}  // namespace pidometer
