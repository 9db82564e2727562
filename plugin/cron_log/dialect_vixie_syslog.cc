#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// tag[pid]: (user) EVENT (detail), all under the daemon's own name: Red Hat up to RHEL 5 (the PID
// is the job's), FreeBSD, OpenBSD. `CROND` is left to cronie: Red Hat 7 wrote the same bytes.
constexpr std::string_view kSamples[] = {
    "Sep  9 04:22:01 web01 crond[11344]: (root) CMD (run-parts /etc/cron.weekly)",
    "Jan 18 10:11:00 gw /usr/sbin/cron[668]: (operator) CMD (/usr/libexec/save-entropy)",
    "<78>Jan  1 08:15:00 /usr/sbin/cron[73991]: (root) CMD (/usr/libexec/atrun)",
    "<78>2012-12-05T18:55:00.329336-05:00 nas /usr/sbin/cron[3245]: (operator) CMD (/bin/a)",
    "<78>1 2026-03-16T03:55:32+01:00 fw /usr/sbin/cron 95860 - [meta sequenceId=\"1\"] (root) MAIL "
    "(mailed 328 bytes of output but got status 0x0001",
    "Jun  3 11:02:01 web01 crond[2211]: (CRON) STARTUP (V5.0)",
    "Jun  3 11:02:01 web01 cron[2211]: (bob) RELOAD (crontabs/bob)",
    "Jul 31 23:46:16 web01 /usr/sbin/cron[1937]: (CRON) bad username (/etc/cron.d/smolt)",
    "Nov  9 12:01:01 web01 crond(pam_unix)[2915]: session closed for user root",
};

Verdict parse(const FramedLine& line) {
  // pam_unix before its 0.99 named itself in the tag (RHEL 4).
  if (line.tag == "crond(pam_unix)") return pam_verdict(line);
  if (!is_daemon_tag(line.tag)) return {};
  CronText text;
  if (!parse_cron_text(line.text, false, text)) return {};
  const CronWords words = classify(text, false);
  if (words.writer != Writer::vixie) return {};
  return cron_verdict(line, text, words);
}

}  // namespace

const Dialect kVixieSyslog = {
    "vixie_syslog",
    "vixie-cron 3.0 and 4.1 (Red Hat to RHEL 5), FreeBSD cron, misc.c: log_it with SYSLOG", parse,
    kSamples};

}  // namespace pidometer
