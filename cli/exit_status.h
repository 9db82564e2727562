#pragma once

namespace pidometer {

/// What the program's exit status says; the numbers are part of its interface.
enum ExitStatus : int {
  exit_complete = 0,      ///< all inputs were read completely, findings or not
  exit_nothing = 1,       ///< nothing usable: no input could be read, or none is evidence
  exit_usage = 2,         ///< the arguments cannot be used
  exit_partial = 3,       ///< rows are valid, but evidence was lost or damaged, or an input failed
  exit_no_log = 4,        ///< everything was read and no cron log is in it
  exit_interrupted = 130  ///< SIGINT, SIGTERM or SIGHUP
};

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
