#include "plugin/timeline/names.h"

#include <array>

namespace pidometer {
namespace {

constexpr std::array kAnomalyKinds = {
    AnomalyKind::pid_excess,   AnomalyKind::pid_deficit,
    AnomalyKind::record_gap,   AnomalyKind::record_out_of_sequence,
    AnomalyKind::clock_step,   AnomalyKind::boot,
    AnomalyKind::new_command,  AnomalyKind::crontab_change,
    AnomalyKind::not_a_clock,  AnomalyKind::schedule_mismatch,
    AnomalyKind::log_rewritten};
constexpr std::array kLevels = {Level::informational, Level::low, Level::medium, Level::high,
                                Level::critical};

}  // namespace

// No default in these switches: the compiler names the enumerator that was forgotten.

std::string_view anomaly_kind_name(AnomalyKind kind) {
  switch (kind) {
    case AnomalyKind::pid_excess:
      return "pid_excess";
    case AnomalyKind::pid_deficit:
      return "pid_deficit";
    case AnomalyKind::record_gap:
      return "record_gap";
    case AnomalyKind::record_out_of_sequence:
      return "record_out_of_sequence";
    case AnomalyKind::clock_step:
      return "clock_step";
    case AnomalyKind::boot:
      return "boot";
    case AnomalyKind::new_command:
      return "new_command";
    case AnomalyKind::crontab_change:
      return "crontab_change";
    case AnomalyKind::not_a_clock:
      return "not_a_clock";
    case AnomalyKind::schedule_mismatch:
      return "schedule_mismatch";
    case AnomalyKind::log_rewritten:
      return "log_rewritten";
    case AnomalyKind::activity:
      return "activity";
  }
  return "unknown";
}

std::string_view level_bound_name(LevelBound bound) {
  switch (bound) {
    case LevelBound::none:
      break;
    case LevelBound::short_log:
      return "short_log";
    case LevelBound::unknown_hours:
      return "unknown_hours";
    case LevelBound::quiet_hour:
      return "quiet_hour";
    case LevelBound::few_days:
      return "few_days";
    case LevelBound::running_job:
      return "running_job";
    case LevelBound::unknown_job:
      return "unknown_job";
    case LevelBound::odd_minute:
      return "odd_minute";
    case LevelBound::out_of_order:
      return "out_of_order";
  }
  return "none";
}

std::string_view level_bound_words(LevelBound bound) {
  switch (bound) {
    case LevelBound::none:
      break;
    case LevelBound::short_log:
      return "fewer than twenty intervals show what is usual";
    case LevelBound::unknown_hours:
      return "as much goes on beside it, and fewer than five days show at which hours it does";
    case LevelBound::quiet_hour:
      return "in the busiest hour of the log it would be no alarm, and fewer than five days show "
             "at which hours that is";
    case LevelBound::few_days:
      return "as much comes at other times of the log, and fewer than ten days show whether it "
             "comes on most days";
    case LevelBound::running_job:
      return "a job of which fewer than eight runs are known goes on";
    case LevelBound::unknown_job:
      return "a job whose cost no other runs tell, or one alone, stands in it, and may have cost "
             "anything";
    case LevelBound::odd_minute:
      return "a job stands in it or within the hour before, at a minute of the day at which it "
             "does not run else, and may have cost as much as the dearest of its other runs";
    case LevelBound::out_of_order:
      return "the lines beside it fit elsewhere in the log by time and PID";
  }
  return "nothing";
}

std::string_view gap_cause_name(GapCause cause) {
  switch (cause) {
    case GapCause::records_removed:
      return "records_removed";
    case GapCause::system_down:
      return "system_down";
    case GapCause::cron_stopped:
      return "cron_stopped";
    case GapCause::suspended_or_clock_set:
      return "suspended_or_clock_set";
    case GapCause::rotation_missing:
      return "rotation_missing";
    case GapCause::evidence_damaged:
      return "evidence_damaged";
    case GapCause::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::informational:
      return "informational";
    case Level::low:
      return "low";
    case Level::medium:
      return "medium";
    case Level::high:
      return "high";
    case Level::critical:
      return "critical";
  }
  return "unknown";
}

std::string_view against_journal_name(AgainstJournal verdict) {
  switch (verdict) {
    case AgainstJournal::lines_removed:
      return "lines_removed";
    case AgainstJournal::job_left_out:
      return "job_left_out";
    case AgainstJournal::daemon_restarted:
      return "daemon_restarted";
    case AgainstJournal::host_booted:
      return "host_booted";
    case AgainstJournal::log_silent:
      return "log_silent";
    case AgainstJournal::scattered:
      return "scattered";
    case AgainstJournal::journal_file_missing:
      return "journal_file_missing";
    case AgainstJournal::line_edited:
      return "line_edited";
    case AgainstJournal::line_inserted:
      return "line_inserted";
  }
  return "unknown";
}

std::string_view crontab_change_name(CrontabChange change) {
  switch (change) {
    case CrontabChange::replaced:
      return "replaced";
    case CrontabChange::removed:
      return "removed";
    case CrontabChange::reloaded:
      return "reloaded";
  }
  return "unknown";
}

std::string_view sequence_fault_name(SequenceFault fault) {
  switch (fault) {
    case SequenceFault::pid:
      return "pid";
    case SequenceFault::time:
      return "time";
    case SequenceFault::order:
      return "order";
    case SequenceFault::fall:
      return "fall";
    case SequenceFault::edited:
      return "edited";
    case SequenceFault::inserted:
      return "inserted";
  }
  return "unknown";
}

std::string_view order_fault_name(OrderFault fault) {
  switch (fault) {
    case OrderFault::random_pids:
      return "random_pids";
    case OrderFault::several_counters:
      return "several_counters";
  }
  return "unknown";
}

std::string_view schedule_mismatch_name(ScheduleMismatch mismatch) {
  switch (mismatch) {
    case ScheduleMismatch::job_without_line:
      return "job_without_line";
    case ScheduleMismatch::job_without_script:
      return "job_without_script";
    case ScheduleMismatch::line_without_job:
      return "line_without_job";
  }
  return "unknown";
}

std::string_view log_copy_name(LogCopy copy) {
  switch (copy) {
    case LogCopy::unknown:
      return {};
    case LogCopy::live:
      return "live";
    case LogCopy::hidden:
      return "hidden";
    case LogCopy::snapshot:
      return "snapshot";
  }
  return {};
}

std::string_view recovery_method_name(RecoveryMethod method) {
  switch (method) {
    case RecoveryMethod::carved_unallocated:
      return "carved_unallocated";
    case RecoveryMethod::carved_slack:
      return "carved_slack";
    case RecoveryMethod::journal_inode:
      return "journal_inode";
    case RecoveryMethod::deleted_name:
      return "deleted_name";
  }
  return "unknown";
}

std::string_view warning_kind_name(WarningKind kind) {
  switch (kind) {
    case WarningKind::damaged_log:
      return "damaged_log";
    case WarningKind::damaged_image:
      return "damaged_image";
    case WarningKind::unparsed_line:
      return "unparsed_line";
    case WarningKind::truncated_stream:
      return "truncated_stream";
    case WarningKind::year_uncertain:
      return "year_uncertain";
    case WarningKind::unsupported:
      return "unsupported";
    case WarningKind::skipped_file:
      return "skipped_file";
    case WarningKind::unread_state:
      return "unread_state";
    case WarningKind::duplicate_input:
      return "duplicate_input";
    case WarningKind::unused_known:
      return "unused_known";
    case WarningKind::wrong_pid_max:
      return "wrong_pid_max";
    case WarningKind::reader_died:
      return "reader_died";
  }
  return "unknown";
}

std::string_view witness_relation_name(WitnessRelation relation) {
  switch (relation) {
    case WitnessRelation::born_in_window:
      return "born_in_window";
    case WitnessRelation::seen_in_window:
      return "seen_in_window";
  }
  return {};
}

std::string_view cron_event_name(CronEvent event) {
  switch (event) {
    case CronEvent::command:
      return "command";
    case CronEvent::command_end:
      return "command_end";
    case CronEvent::command_output:
      return "command_output";
    case CronEvent::mail:
      return "mail";
    case CronEvent::session:
      return "session";
    case CronEvent::startup:
      return "startup";
    case CronEvent::reload:
      return "reload";
    case CronEvent::info:
      return "info";
    case CronEvent::error:
      return "error";
    case CronEvent::crontab_list:
      return "crontab_list";
    case CronEvent::crontab_edit:
      return "crontab_edit";
    case CronEvent::crontab_edit_end:
      return "crontab_edit_end";
    case CronEvent::crontab_replace:
      return "crontab_replace";
    case CronEvent::crontab_delete:
      return "crontab_delete";
    case CronEvent::run_parts_start:
      return "run_parts_start";
    case CronEvent::run_parts_finish:
      return "run_parts_finish";
    case CronEvent::anacron_start:
      return "anacron_start";
    case CronEvent::anacron_other:
      return "anacron_other";
    case CronEvent::repeated:
      return "repeated";
  }
  return "unknown";
}

std::string_view error_kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::unreadable:
      return "unreadable";
    case ErrorKind::not_evidence:
      return "not_evidence";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::output:
      return "output";
  }
  return "unknown";
}

std::span<const AnomalyKind> all_anomaly_kinds() {
  return kAnomalyKinds;
}
std::span<const Level> all_levels() {
  return kLevels;
}

}  // namespace pidometer
