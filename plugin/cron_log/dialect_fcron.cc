#include <array>

#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// fcron forks a child, which calls itself fcron too, and that child forks the job. job.c, run_job:
// the child writes "Job '%s' started for user %s (pid %d)" with what fork() gave it: the PID in the
// text is the job's, fresh; the tag's is the child's, older by one fork. What the child says at the
// end (end_job) carries its own PID, which is old by then.
constexpr std::string_view kSamples[] = {
    "Sep 10 02:30:00 db01 fcron[26453]: Job /usr/bin/updatedb started for user root (pid 26454)",
    "Sep 10 02:30:00 db01 fcron[26453]: Job '/bin/a (x) started for user b' started for user bob "
    "(pid 26454)",
    "Sep 10 02:31:10 db01 fcron[26453]: Job '/usr/bin/updatedb' completed (mailing output)",
    "Sep 10 02:31:10 db01 fcron[26453]: Job '/usr/bin/updatedb' terminated (exit status: 1)",
    "Jul 12 07:32:51 db01 fcron[2318]:     process already running: root's /usr/bin/updatedb",
    "Jul 12 07:00:02 db01 fcron[2318]: fcron[2318] 3.2.1 started",
    "Jul 12 07:32:51 db01 fcron[2399]: pam_unix(fcron:session): session opened for user root by "
    "(uid=0)",
    "Jul 12 07:40:00 db01 fcrontab[2411]: installing file /tmp/fcr-a for user bob",
    "Jul 12 07:41:00 db01 fcrontab[2415]: removing bob's fcrontab",
};

/// `Job COMMAND started for user USER (pid 26454)`, taken from its end: the command may hold
/// anything.
bool take_started(std::string_view text, CronText& job, std::string_view& number) {
  constexpr std::string_view kStarted = " started for user ";
  constexpr std::string_view kPid = " (pid ";
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (!take(text, "Job ") || !text.ends_with(')')) return false;
  text.remove_suffix(1);
  const std::size_t pid = text.rfind(kPid);
  if (pid == std::string_view::npos) return false;
  number = text.substr(pid + kPid.size());
  text = text.substr(0, pid);
  const std::size_t at = text.rfind(kStarted);
  if (at == std::string_view::npos) return false;
  job.user = text.substr(at + kStarted.size());
  job.detail = text.substr(0, at);
  if (job.detail.size() > 2 && job.detail.front() == '\'' && job.detail.back() == '\'')
    job.detail = job.detail.substr(1, job.detail.size() - 2);
  return true;
}

/// fcrontab(1), fcrontab.c: a process of its own; that later lines of a PID are old is settled from
/// the series.
Verdict parse_fcrontab(const FramedLine& line) {
  CronText text;
  text.detail = line.text;
  CronWords words{CronEvent::info, PidRole::none, Writer::vixie};
  const auto starts = [&](std::string_view start) { return line.text.starts_with(start); };
  if (starts("installing file "))
    words = {CronEvent::crontab_replace, PidRole::fresh, Writer::vixie};
  else if (starts("removing "))
    words = {CronEvent::crontab_delete, PidRole::fresh, Writer::vixie};
  else if (starts("listing "))
    words = {CronEvent::crontab_list, PidRole::fresh, Writer::vixie};
  return cron_verdict(line, text, words);
}

Verdict parse(const FramedLine& line) {
  std::string_view tag = line.tag;
  for (const std::string_view folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/sbin/"})
    if (take(tag, folder)) break;
  if (tag != "fcron" && tag != "fcrontab") return {};
  if (!line.has_pid) return foreign("words of fcron without a PID", line.text);
  if (tag == "fcrontab") return parse_fcrontab(line);
  if (is_pam_text(line.text, "fcron")) return pam_verdict(line);
  CronText text;
  std::string_view number;
  if (take_started(line.text, text, number)) return job_verdict(line, text, number);
  text = {};
  text.detail = line.text;
  const auto say = [&](CronEvent event, PidRole role) {
    return cron_verdict(line, text, {event, role, Writer::vixie});
  };
  const auto has = [&](std::string_view part) {
    return line.text.find(part) != std::string_view::npos;
  };
  // A line that was cut may have lost the job's PID: the child's is not to stand for it.
  constexpr std::string_view kJob = "Job ";
  if (line.text.starts_with(kJob) || kJob.starts_with(line.text)) {
    if ((has(" completed") || has(" terminated")) && !has(" started for user "))
      return say(CronEvent::command_end, PidRole::old);
    return malformed("fcron's line ends before the job's PID", line.text);
  }
  if (line.text.starts_with("fcron[") && has(" started"))
    return say(CronEvent::startup, PidRole::boot);
  return say(CronEvent::info, PidRole::none);
}

}  // namespace

const Dialect kFcron = {"fcron", "fcron 2 and 3, job.c: run_job, end_job; fcrontab.c", parse,
                        kSamples};

}  // namespace pidometer
