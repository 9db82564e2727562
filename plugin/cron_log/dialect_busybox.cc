#include <array>

#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// crond, start_jobs: "USER %s pid %3d cmd %s" with what vfork() gave the daemon for the job, so the
// PID in the text is fresh and the tag's is the daemon's. It is made of Dillon's crond 2.3.2, and
// called itself so at first. In a container the PIDs are those of its own namespace.
// OpenWrt's build writes `crond: ` before the words too.
constexpr std::string_view kSamples[] = {
    "Mar 24 09:45:00 gw01 cron.info crond[17]: USER root pid  31 cmd echo hello",
    "<78>Sep  7 14:15:00 crond[3302]: USER root pid 7186 cmd run-parts /etc/periodic/15min",
    "2026-09-28T21:00:00Z crond: USER root pid  49 cmd cd /srv && ./hourly",
    "Fri Oct  2 16:00:00 2026 cron.err crond[1234]: USER root pid 99 cmd sed -i /a/d /b",
    "Fri Jan 19 16:10:01 2018 [1516378201.250] cron.info crond[2056]: crond: USER www pid 15405 "
    "cmd "
    "/bin/a",
    "2023-11-02_15:20:59.86969 cron.info: Nov  2 12:20:58 crond[96]: USER root pid 1212 cmd /bin/a",
    "@4000000065600c2b123456ab crond: USER root pid 1212 cmd /bin/a",
    "Sat Jan 24 14:17:04 2015 cron.info crond[1526]: crond: crond (busybox 1.22.1) started, log "
    "level 5",
    "Mar 24 09:44:51 gw01 crond[17]: crond 2.3.2 dillon, started, log level 8",
    "Mar 24 09:46:00 gw01 crond[17]: user root: process already running: /bin/a",
    "Mar 24 09:46:00 gw01 crond[17]: time disparity of 25874312 minutes detected",
    "Mar 24 09:46:00 gw01 crond[17]: can't execute 'sh' for user root",
};

struct Row {
  std::string_view start;
  CronWords meaning;
};

// What else it says of itself, with the daemon's PID, or its child's before exec: never a reading.
constexpr std::array kWords = {
    Row{"crond (busybox ", {CronEvent::startup, PidRole::boot, Writer::vixie}},
    Row{"crond 2.3.2 dillon, started, ", {CronEvent::startup, PidRole::boot, Writer::vixie}},
    Row{"time disparity of ", {CronEvent::info, PidRole::none, Writer::vixie}},
    Row{"can't execute ", {CronEvent::error, PidRole::none, Writer::vixie}},
    Row{"can't vfork", {CronEvent::error, PidRole::none, Writer::vixie}},
    Row{"vfork: ", {CronEvent::error, PidRole::none, Writer::vixie}},
    Row{"can't get uid for ", {CronEvent::error, PidRole::none, Writer::vixie}},
    Row{"can't create mail file ", {CronEvent::error, PidRole::none, Writer::vixie}},
    Row{"ignoring file ", {CronEvent::error, PidRole::none, Writer::vixie}},
};

// With -l below 8: every minute, every file, every entry.
constexpr std::array<std::string_view, 6> kDebug = {"wakeup dt=", " line ",         "file ",
                                                    " job: ",     "child running ", "user:"};

/// `USER root pid  31 cmd echo hello`.
bool take_job(std::string_view text, CronText& job, std::string_view& number) {
  if (!take(text, "USER ") || !take_until(text, ' ', job.user) || job.user.empty() ||
      !take(text, "pid "))
    return false;
  skip_blanks(text);
  if (!take_until(text, ' ', number) || !take(text, "cmd ")) return false;
  job.detail = text;
  return true;
}

Verdict parse(const FramedLine& line) {
  if (!is_daemon_tag(line.tag)) return {};
  FramedLine own = line;
  take(own.text, "crond: ");
  CronText text;
  std::string_view number;
  if (take_job(own.text, text, number)) {
    if (number == "0" || number == "-1")
      return foreign("the job could not be started: it has no PID", number);
    return job_verdict(own, text, number);
  }
  for (const std::string_view start : kDebug)
    if (own.text.starts_with(start)) return foreign("debug words of crond", own.text);
  text = {};
  text.detail = own.text;
  const auto say = [&](const CronWords& words) {
    return own.has_pid ? cron_verdict(own, text, words)
                       : foreign("words of crond without a PID", own.text);
  };
  for (const Row& row : kWords)
    if (own.text.starts_with(row.start)) return say(row.meaning);
  // `user root: process already running: ...`, `user root: parse error at ...`
  std::string_view rest = own.text;
  if (!take(rest, "user ") || !take_until(rest, ':', text.user) || !take(rest, ' ')) return {};
  const bool runs = rest.starts_with("process already running: ");
  return say({runs ? CronEvent::info : CronEvent::error, PidRole::none, Writer::vixie});
}

}  // namespace

const Dialect kBusybox = {
    "busybox", "busybox 1.0 to 1.37, miscutils/crond.c: RunJobs, now start_jobs and fork_job",
    parse, kSamples};

}  // namespace pidometer
