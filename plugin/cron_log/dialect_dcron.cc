#include <algorithm>
#include <array>

#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// Dillon's crond 4. database.c, RunJobs: "FILE %s/%s USER %s PID %3d %s" with what fork()
// gave the daemon for the job (job.c, RunJob): fresh. The tag's PID is the daemon's, and its own
// log file (-L) has none there. The last word is the command, or `job NAME`.
constexpr std::string_view kSamples[] = {
    "Nov  2 05:50:01 gw01 crond[812]: FILE /var/spool/cron/crontabs/root USER root PID 25401 "
    "/bin/a -x",
    "Nov  2 05:50:01 gw01 crond: FILE /etc/cron.d/system USER root PID 977 job sys-hourly",
    "May 28 13:04:20 gw01 crond[2843]: /usr/sbin/crond 4.4 dillon's cron daemon, started with "
    "loglevel notice",
    "May 28 13:04:20 gw01 crond[2843]: no timestamp found (user root job sys-daily)",
    "May 28 13:04:20 gw01 crond[2843]: exit status 1 from user root /bin/a",
    "Jun 13 07:46:22 gw01 crond[3592]: unable to exec /usr/sbin/sendmail: cron output for user "
    "root job sys-daily to /dev/null",
};

struct Row {
  std::string_view start;
  CronEvent event;
};

// Written by the daemon, or by a job's child before exec: no PID of these is the job's.
constexpr std::array kWords = {
    Row{"exit status ", CronEvent::command_end},
    Row{"mailing cron output for user ", CronEvent::mail},
    Row{"no timestamp found (", CronEvent::info},
    Row{"process already running", CronEvent::info},
    Row{"unable to ", CronEvent::error},
    Row{"failed parsing crontab for user ", CronEvent::error},
    Row{"failed writing timestamp ", CronEvent::error},
};

/// `FILE path USER root PID  25 command`; the path may hold blanks.
bool take_job(std::string_view text, CronText& job, std::string_view& number) {
  constexpr std::string_view kUser = " USER ";
  if (!take(text, "FILE ")) return false;
  const std::size_t at = text.find(kUser);
  if (at == std::string_view::npos) return false;
  text.remove_prefix(at + kUser.size());
  if (!take_until(text, ' ', job.user) || job.user.empty() || !take(text, "PID ")) return false;
  skip_blanks(text);
  if (!take_until(text, ' ', number)) return false;
  job.detail = text;
  return true;
}

Verdict parse(const FramedLine& line) {
  if (!is_daemon_tag(line.tag)) return {};
  CronText text;
  std::string_view number;
  if (take_job(line.text, text, number)) {
    if (number == "0" || number == "-1")
      return foreign("the job could not be started: it has no PID", number);
    return job_verdict(line, text, number);
  }
  if (line.text.starts_with("FILE "))
    return malformed("dcron's line ends before the job's PID", line.text);
  text = {};
  text.detail = line.text;
  const auto say = [&](CronEvent event, PidRole role) {
    return line.has_pid ? cron_verdict(line, text, {event, role, Writer::vixie})
                        : foreign("words of crond without a PID", line.text);
  };
  if (line.text.find(" dillon's cron daemon, started ") != std::string_view::npos)
    return say(CronEvent::startup, PidRole::boot);
  std::string_view words = line.text;
  skip_blanks(words);
  for (const Row& row : kWords)
    if (words.starts_with(row.start)) return say(row.event, PidRole::none);
  return {};
}

}  // namespace

const Dialect kDcron = {"dcron", "Dillon's crond 4, database.c: RunJobs; job.c: RunJob", parse,
                        kSamples};

}  // namespace pidometer
