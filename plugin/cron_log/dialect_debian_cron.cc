#include "plugin/cron_log/cron_text.h"

namespace pidometer {
namespace {

// Debian's vixie-cron: do_command.c renames the child in upper case (`/USR/SBIN/CRON` up to lenny,
// `CRON` since), log.c adds END; PAM's lines come from the child.
constexpr std::string_view kSamples[] = {
    "Jun 24 16:17:01 web01 /USR/SBIN/CRON[25123]: (root) CMD (   run-parts --report "
    "/etc/cron.hourly)",
    "May 23 15:09:01 web01 CRON[14874]: (root) CMD (  [ -x /a ] && /b $(/c))",
    "2026-05-04T00:00:01.958211+00:00 CRON[443836]: CMD (/usr/bin/env a >> b 2>&1)",
    "<78>1 2017-04-27T08:09:01+02:00 web01 CRON 1472 - -  (www-data) CMD (  [ -x /a ] && /a)",
    "May 23 15:09:02 web01 CRON[14874]: (root) END (/b)",
    "Dec  2 06:14:02 web01 CRON[7899]: (bob) MAIL (mailed 50 bytes of output but got status 0x0045 "
    "from MTA#012)",
    "May 23 15:09:02 web01 CRON[14873]: (CRON) info (No MTA installed, discarding output)",
    "May 23 15:09:02 web01 CRON[14873]: (CRON) error (grandchild #14874 failed with exit status 1)",
    "May 20 22:54:48 web01 cron[3788]: (CRON) INFO (pidfile fd = 3)",
    "Mar 22 01:34:47 web01 /usr/sbin/cron[4966]: (CRON) INFO (Running @reboot jobs)",
    "<78>2021-03-06T04:07:33.208764+00:00 web01 cron[18854]: (CRON) INFO (Skipping @reboot jobs -- "
    "not system startup)",
    "Sep  2 06:09:01 web01 CRON[52988]: pam_unix(cron:session): session opened for user root by "
    "(uid=0)",
    "Feb  3 17:32:15 web01 CRON[813270]: pam_unix(cron:session): session closed for user www-data",
    "Jan  1 06:39:01 web01 CRON[3024]: pam_unix(cron:account): account root has password changed "
    "in "
    "future",
};

Verdict parse(const FramedLine& line) {
  const bool from_job = is_debian_job_tag(line.tag);
  if (!from_job && !is_daemon_tag(line.tag)) return {};
  if (is_pam_text(line.text, "cron")) return pam_verdict(line);
  CronText text;
  if (!parse_cron_text(line.text, from_job, text)) return {};
  const CronWords words = classify(text, from_job);
  if (!from_job && words.writer != Writer::debian) return {};
  return cron_verdict(line, text, words);
}

}  // namespace

const Dialect kDebianCron = {"debian_cron", "Debian's cron 3.0pl1, do_command.c and cron.c", parse,
                             kSamples};

}  // namespace pidometer
