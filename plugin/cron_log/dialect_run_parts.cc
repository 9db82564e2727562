#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// crontabs' run-parts, a shell script around logger(1):
//   to 2013    logger -t "run-parts(DIR)[$$]" "starting NAME", awk -v "... logger -p cron.notice -t
//              run-parts(DIR)" for finished, which logs logger's own, fresh PID (RHEL 6, 7)
//   2013-15    run-parts[pid]: (DIR) starting NAME
//   since 2015 both lines with the script's PID (RHEL 8, 9)
// Whether `finished` is fresh is settled from the series: only where its PID differs from that of
// its `starting`.
constexpr std::string_view kSamples[] = {
    "Dec 11 09:06:17 db01 run-parts(/etc/cron.daily)[1272]: starting makewhatis.cron",
    "Dec 11 09:06:20 db01 run-parts(/etc/cron.daily)[1478]: finished makewhatis.cron",
    "Oct  5 04:01:01 db01 run-parts[2210]: (/etc/cron.hourly) starting 0anacron",
    "Oct  5 04:01:01 db01 run-parts[2219]: (/etc/cron.hourly) finished 0anacron",
};

Verdict parse(const FramedLine& line) {
  std::string_view tag = line.tag;
  if (!take(tag, "run-parts")) return {};
  std::string_view text = line.text;
  std::string_view folder;
  if (tag.empty()) {
    if (!take(text, '(') || !take_until(text, ')', folder) || !take(text, ' '))
      return malformed("no (folder) after run-parts", line.text);
  } else if (tag.front() != '(' || tag.back() != ')') {
    return malformed("run-parts without its folder", line.tag);
  } else {
    folder = tag.substr(1, tag.size() - 2);
  }
  CronWords words{CronEvent::run_parts_start, PidRole::old, Writer::cronie};
  if (take(text, "finished ")) {
    words.event = CronEvent::run_parts_finish;
  } else if (!take(text, "starting ")) {
    return malformed("run-parts neither starts nor finishes a script", text);
  }
  CronText parts;
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  parts.detail = text;
  Verdict verdict = cron_verdict(line, parts, words);
  verdict.record.folder = folder;
  return verdict;
}

}  // namespace

const Dialect kRunParts = {"run_parts", "crontabs 1.10 and 1.11 (Red Hat, Fedora), run-parts",
                           parse, kSamples};

}  // namespace pidometer
