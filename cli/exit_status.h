#pragma once

#include "base/exit_status.h"

namespace pidometer {

/// What a run went through, as far as its exit status depends on it.
struct RunOutcome {
  int inputs_opened = 0;
  int inputs_failed = 0;
  int cron_logs = 0;
  bool states_unread = false;  ///< of a disk that was read in another: a log may be in one of them
  bool damaged = false;        ///< bytes are lost, a structure is corrupt, or a volume was not read
  bool output_failed = false;  ///< rows, summary or extracted files could not be written
  bool finding_unknown = false;  ///< the one finding that was asked for is in no input
  bool interrupted = false;
};

inline ExitStatus exit_status(const RunOutcome& outcome, bool partial_ok) {
  if (outcome.interrupted) return exit_interrupted;
  if (outcome.output_failed || outcome.inputs_opened == 0 || outcome.finding_unknown)
    return exit_nothing;
  if (outcome.inputs_failed > 0 || outcome.damaged)
    return partial_ok ? exit_complete : exit_partial;
  if (outcome.cron_logs > 0) return exit_complete;
  // "No log is in it" is true of what was looked at as a whole.
  if (outcome.states_unread) return partial_ok ? exit_complete : exit_partial;
  return exit_no_log;
}

}  // namespace pidometer
