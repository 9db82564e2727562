#pragma once

#include <vector>

#include "base/recovered_lines.h"
#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/plugin.h"

namespace pidometer {

/// Of each record of a recovered series whether a live log has its line; empty for a live series.
/// Such records are read, so that the clock has no gaps, and are not reported again: the series'
/// reports count them as duplicate_lines.
std::vector<bool> mark_known_records(const HostSeries& series, LogSeries& log);

/// Takes out what the live series says by itself: findings all of whose lines are known; and the
/// gaps between recovered pieces, which are what such a series is made of, and jobs that are new
/// because a piece's end cut their command short.
void drop_known_findings(const std::vector<bool>& known, std::vector<Anomaly>& anomalies);

/// The records of a recovered series that no live log has, for what is said of the live one.
std::vector<RecoveredLine> list_recovered(const LogSeries& log, const std::vector<bool>& known);

/// The warnings of a recovered series that are worth a sentence each. Torn lines are what deleted
/// blocks are made of, and are counted; that years are inferred stands in every row's time_basis.
bool worth_telling(const HostSeries& series, const Warning& warning);

}  // namespace pidometer
