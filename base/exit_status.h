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

}  // namespace pidometer
