#include "plugin/cron_log/cron_text.h"

namespace pidometer {
namespace {

// cronie, misc.c: log_it: `(user) EVENT (detail)`, on errors `: strerror` after it. The job and its
// parent call themselves CROND, as in Red Hat 7's vixie-cron, whose CMD lines cannot be told from
// these.
constexpr std::string_view kSamples[] = {
    "Aug 29 04:01:01 db01 CROND[13690]: (root) CMD (run-parts /etc/cron.hourly)",
    "Jun 25 16:10:00 db01 CROND[5031]: (root) CMD (   /sbin/rmmod -as) ",
    "Apr 20 12:01:01 db01 CROND[2638]: (root) CMDEND (run-parts /etc/cron.hourly)",
    "May  7 07:59:00 db01 CROND[4194304]: (deploy) CMDOUT (/bin/sh: line 1: conda: not found)",
    "Dec 12 07:17:39 db01 crond[1056]: (CRON) STARTUP (1.4.4)",
    "Dec 12 07:17:39 db01 crond[1056]: (CRON) INFO (RANDOM_DELAY will be scaled with factor 38% if "
    "used.)",
    "2023-11-02T12:20:58Z db01 cronie-crond[960]: (CRON) INFO (running with inotify support)",
    "Dec 19 10:05:01 db01 crond[56]: (root) FAILED to open PAM security session (Cannot "
    "make/remove "
    "an entry for the specified session)",
    "2017-10-26T22:52:01.000000+00:00 db01 crond[702]: (alice) PAM ERROR (Authentication failure)",
    "Oct  1 03:00:01 db01 CROND[811]: (alice) ERROR (failed to change user): Operation not "
    "permitted",
    "Oct  1 03:00:01 db01 CROND[811]: (alice) ERROR chdir failed (/home/alice) : No such file or "
    "directory",
    "Oct  1 03:00:01 db01 crond[811]: pam_unix(crond:session): session opened for user root by "
    "(uid=0)",
};

Verdict parse(const FramedLine& line) {
  const bool from_job = is_red_hat_job_tag(line.tag);
  if (!from_job && !is_daemon_tag(line.tag)) return {};
  if (is_pam_text(line.text, "crond")) return pam_verdict(line);
  CronText text;
  if (!parse_cron_text(line.text, from_job, text)) return {};
  const CronWords words = classify(text, from_job);
  if (!from_job && words.writer != Writer::cronie) return {};
  return cron_verdict(line, text, words);
}

}  // namespace

const Dialect kCronie = {"cronie", "cronie 1.4 to 1.7, misc.c: log_it; do_command.c", parse,
                         kSamples};

}  // namespace pidometer
