#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// What syslogd writes instead of equal lines. Time and PID are stale: never a reading. The tagless
// form is cron's only where the line before is; the reader of the file decides that.
constexpr std::string_view kSamples[] = {
    "Sep 19 00:02:13 web01 last message repeated 2 times",
    "Feb  6 08:07:01 web01 CRON[21773]: message repeated 2 times: [ (root) CMD (   /bin/a "
    "2>/dev/null)]",
};

Verdict parse(const FramedLine& line) {
  std::string_view text = line.text;
  if (line.tag.empty() ? !take(text, "last message repeated ") : !take(text, "message repeated "))
    return {};
  if (!line.tag.empty() && !is_debian_job_tag(line.tag) && !is_red_hat_job_tag(line.tag) &&
      !is_daemon_tag(line.tag) && line.tag != "crontab" && line.tag != "anacron")
    return {};
  std::uint32_t times = 0;
  if (line.framing == FramingKind::vixie_file || !take_number(text, times) || !take(text, " times"))
    return malformed("a repetition without its count", line.text);
  Verdict verdict;
  verdict.kind = Verdict::Kind::record;
  verdict.record.time = line.time;
  verdict.record.event = CronEvent::repeated;
  verdict.record.pid_role = PidRole::none;
  verdict.record.hostname = line.hostname;
  verdict.record.reporter = line.tag;
  verdict.record.command = line.text;
  return verdict;
}

}  // namespace

const Dialect kSyslogRepeated = {
    "syslog_repeated", "sysklogd 1.3, syslogd.c: fprintlog; rsyslog, $RepeatedMsgReduction", parse,
    kSamples};

}  // namespace pidometer
