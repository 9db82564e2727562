#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// cron.c, ex: the daemon forks, and logit writes of its child, which becomes the job's shell: the
// PID is the job's, fresh at `>` and old at `<`. at(1)'s and batch(1)'s jobs are logged alike, in
// the queues a and b. The command stands on the line before (LineParser joins the two).
constexpr std::string_view kSamples[] = {
    ">  root 19947 c Thu Oct 11 12:31:00 2018",
    "<  root 19947 c Thu Oct 11 12:31:02 2018 rc=1",
    "<  oracle 20011 a Thu Oct 11 12:40:07 2018 ts=15",
    "! *** cron started ***   pid = 536 Thu Feb 13 20:17:25 2025",
};

Verdict parse(const FramedLine& line) {
  if (line.framing != FramingKind::solaris) return {};
  CronText text;
  if (line.text.front() != '!') {
    const bool starts = line.text.front() == '>';
    return cron_verdict(line, text,
                        starts ? CronWords{CronEvent::command, PidRole::fresh, Writer::vixie}
                               : CronWords{CronEvent::command_end, PidRole::old, Writer::vixie});
  }
  constexpr std::string_view kStarted = "! *** cron started ***   pid = ";
  std::string_view rest = line.text;
  if (!take(rest, kStarted)) return foreign("words of Solaris cron without a PID", line.text);
  FramedLine own = line;
  own.has_pid = take_number(rest, own.pid);
  text.detail = line.text;
  return cron_verdict(own, text, {CronEvent::startup, PidRole::boot, Writer::vixie});
}

}  // namespace

const Dialect kSolaris = {
    "solaris", "System V's cron, Solaris and illumos, usr/src/cmd/cron/cron.c: ex, logit, msg",
    parse, kSamples};

}  // namespace pidometer
