#pragma once

#include <span>
#include <string_view>

#include "base/cron_record.h"
#include "base/log_copy.h"
#include "base/log_file.h"
#include "base/result.h"
#include "base/warning.h"
#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_report.h"
#include "plugin/witness/witness.h"

namespace pidometer {

/// Enumerators as rows and summary spell them.
std::string_view anomaly_kind_name(AnomalyKind kind);
std::string_view level_name(Level level);
std::string_view level_bound_name(LevelBound bound);
/// Why an excess is no more than low, as a clause.
std::string_view level_bound_words(LevelBound bound);
std::string_view gap_cause_name(GapCause cause);
std::string_view against_journal_name(AgainstJournal verdict);
std::string_view crontab_change_name(CrontabChange change);
std::string_view sequence_fault_name(SequenceFault fault);
std::string_view order_fault_name(OrderFault fault);
std::string_view schedule_mismatch_name(ScheduleMismatch mismatch);
/// `live`, `hidden`, `snapshot`; empty where nothing is known.
std::string_view log_copy_name(LogCopy copy);
std::string_view warning_kind_name(WarningKind kind);
std::string_view cron_event_name(CronEvent event);
std::string_view error_kind_name(ErrorKind kind);
std::string_view recovery_method_name(RecoveryMethod method);
std::string_view witness_relation_name(WitnessRelation relation);

/// All kinds of findings (an activity is none) and levels in the order of their enumerators, for
/// tables that show zeros too.
std::span<const AnomalyKind> all_anomaly_kinds();
std::span<const Level> all_levels();

}  // namespace pidometer
