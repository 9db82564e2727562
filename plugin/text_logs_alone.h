#pragma once

#include <functional>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/plugin.h"

namespace pidometer {

/// One host's text logs, judged as if no journal were beside them.
struct TextLogsAlone {
  LogSeries log;
  /// What their own files say (file_findings.h), and lines that their PIDs miss.
  std::vector<Anomaly> findings;
};

/// What both hold is counted in the journal, and a clock that has the journal's lines misses
/// nothing: of what a text log lost it says nothing, nor of its file. So the text logs are read
/// again by themselves where copies were found in them. Nothing where they have none.
std::vector<TextLogsAlone> judge_text_logs_alone(
    const HostSeries& series, const LogSeriesOptions& options,
    const std::function<ClockOptions(const LogSeries&)>& clock_options, Mediator& mediator);

/// Of findings that the journal only calls a silence (AgainstJournal::log_silent), those in which
/// the text log's own PIDs show removed records are what they would be without a journal.
void raise_by_text_logs(const std::vector<TextLogsAlone>& alone, const LogSeries& log,
                        std::vector<Anomaly>& anomalies);

/// Leaves to the text logs what is to be said of their files.
void leave_files_to_text_logs(const LogSeries& log, std::vector<Anomaly>& anomalies);

/// What their files say.
std::vector<Anomaly> file_findings_of(const TextLogsAlone& alone);

}  // namespace pidometer
