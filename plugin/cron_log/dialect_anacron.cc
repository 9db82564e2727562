#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

constexpr std::string_view kSamples[] = {
    "Dec 20 11:10:01 web01 anacron[5241]: Anacron 2.3 started on 2014-12-20",
    "Apr 20 12:01:01 web01 anacron[2650]: Anacron started on 2025-04-20",
    "Apr 20 12:01:01 web01 anacron[2650]: Will run job `cron.daily' in 49 min.",
    "Dec 20 11:09:04 web01 anacron[2859]: Job `cron.daily' terminated",
    "Dec 20 11:09:04 web01 anacron[2859]: Normal exit (1 job run)",
    "Dec 20 07:30:02 web01 anacron[3311]: Updated timestamp for job `cron.daily' to 2014-12-20",
};

Verdict parse(const FramedLine& line) {
  std::string_view tag = line.tag;
  take(tag, "/usr/sbin/");
  if (tag != "anacron") return {};
  // `anacron: anacron startup succeeded`: an init script's initlog(8)
  if (!line.has_pid) return foreign("another program's words under anacron's name", line.text);
  CronText text;
  text.detail = line.text;
  CronWords words{CronEvent::anacron_other, PidRole::old, Writer::vixie};
  std::string_view rest = line.text;
  if (take(rest, "Anacron ")) {
    // main.c: "Anacron " RELEASE " started on %s", cronie's without the release
    if (rest.find("started on ") != std::string_view::npos)
      words = {CronEvent::anacron_start, PidRole::fresh, Writer::vixie};
  } else if (take(rest, "Updated timestamp ")) {
    // `anacron -u` of cron.daily/0anacron: a process of its own, whose first line this is
    words.role = PidRole::fresh;
  }
  return cron_verdict(line, text, words);
}

}  // namespace

const Dialect kAnacron = {"anacron", "anacron 2.3 (Debian) and cronie's, main.c, runjob.c, lock.c",
                          parse, kSamples};

}  // namespace pidometer
