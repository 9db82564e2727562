#pragma once

#include <cstdint>
#include <string_view>

#include "base/pid.h"
#include "base/timestamp.h"

namespace pidometer {

/// What kind of thing a cron line reports.
enum class CronEvent : std::uint8_t {
  command,           ///< CMD: a job starts; the PID is the job's
  command_end,       ///< CMDEND, Debian's END
  command_output,    ///< CMDOUT
  mail,              ///< MAIL
  session,           ///< pam_unix(cron:session), cron:account
  startup,           ///< STARTUP: the daemon starts
  reload,            ///< RELOAD: a crontab was read again
  info,              ///< INFO and other words of the daemon
  error,             ///< ERROR, FAILED, bad username, ORPHAN, AUTH, ...
  crontab_list,      ///< crontab -l
  crontab_edit,      ///< BEGIN EDIT
  crontab_edit_end,  ///< END EDIT
  crontab_replace,   ///< REPLACE
  crontab_delete,    ///< DELETE
  run_parts_start,   ///< run-parts: starting NAME
  run_parts_finish,  ///< run-parts: finished NAME
  anacron_start,     ///< Anacron started on DATE
  anacron_other,     ///< any later word of an anacron run
  repeated,  ///< "last message repeated", "message repeated N times": time and PID are stale
};

/// What a record's PID is worth as a reading of the PID clock.
enum class PidRole : std::uint8_t {
  fresh,  ///< the process was created just before the line was written
  boot,   ///< the daemon's start: a reading only as the first of a boot session
  old,    ///< the process is older than the line: good for checks, never for distances
  none,   ///< no PID, or one that says nothing
};

/// What one line said, as views into the line. Undated: year and zone come later.
struct CronRecord {
  WrittenTime time;
  CronEvent event = CronEvent::info;
  PidRole pid_role = PidRole::none;
  Pid pid = 0;                ///< the process that the event is about; 0 where there is none
  std::string_view hostname;  ///< empty where the framing has none
  std::string_view
      reporter;  ///< program name as written: CROND, /USR/SBIN/CRON, run-parts(/etc/cron.daily)
  std::string_view username;  ///< the job's user, or CRON; empty where there is none
  std::string_view command;   ///< the text in the last parentheses, or the run-parts script,
                              ///< unpadded at the front
  std::string_view folder;    ///< of a run-parts script, `/etc/cron.hourly`; else empty
};

}  // namespace pidometer
