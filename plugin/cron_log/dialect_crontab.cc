#include <array>

#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// crontab(1), crontab.c: each command is a process of its own. Its first line is fresh; that later
// lines of the same PID are old is settled from the series.
constexpr std::string_view kSamples[] = {
    "Jan 22 02:44:50 web01 crontab[25598]: (root) LIST (root)",
    "Jan 22 02:45:33 web01 crontab[25634]: (root) BEGIN EDIT (root)",
    "Jan 22 02:46:59 web01 crontab[25634]: (root) REPLACE (root)",
    "Jan 22 02:46:59 web01 crontab[25634]: (root) END EDIT (root)",
    "Jan 22 02:46:09 web01 crontab[25667]: (root) DELETE (alice)",
    "2026-09-17T05:47:36+00:00 web01 crontab[2152]: (bob) AUTH (crontab command not allowed)",
};

struct Row {
  std::string_view words;
  CronEvent event;
  PidRole role;
};

constexpr std::array kRows = {
    Row{"LIST", CronEvent::crontab_list, PidRole::fresh},
    Row{"BEGIN EDIT", CronEvent::crontab_edit, PidRole::fresh},
    Row{"END EDIT", CronEvent::crontab_edit_end, PidRole::old},
    Row{"REPLACE", CronEvent::crontab_replace, PidRole::fresh},
    Row{"DELETE", CronEvent::crontab_delete, PidRole::fresh},
    Row{"AUTH", CronEvent::error, PidRole::fresh},
    // cronie's -c and -n: the host of a cluster that runs the jobs
    Row{"GET HOST", CronEvent::info, PidRole::fresh},
    Row{"SET HOST", CronEvent::info, PidRole::fresh},
};

Verdict parse(const FramedLine& line) {
  std::string_view tag = line.tag;
  take(tag, "/usr/bin/");
  if (tag != "crontab") return {};
  CronText text;
  if (!parse_cron_text(line.text, false, text)) return {};
  for (const Row& row : kRows)
    if (row.words == text.words)
      return cron_verdict(line, text, {row.event, row.role, Writer::vixie});
  return cron_verdict(line, text, {CronEvent::error, PidRole::none, Writer::vixie});
}

}  // namespace

const Dialect kCrontab = {"crontab", "crontab(1) of vixie-cron 3.0 and cronie, crontab.c", parse,
                          kSamples};

}  // namespace pidometer
