#include "plugin/cron_log/cron_text.h"

namespace pidometer {
namespace {

// user (MM/DD-HH:MM:SS-PID) EVENT (detail)
constexpr std::string_view kSamples[] = {
    "CRON (03/14-08:00:12-411) STARTUP (fork ok)",
    "root (03/14-08:10:00-502) CMD (   /sbin/rmmod -as)",
    "www-data (12/31-23:59:60-32767) CMD (test -x /bin/a && (cd / ; b) )",
    "alice (02/29-00:00:00-77) MAIL (mailed 12 bytes of output but got status 0x0001",
    "root (03/14-08:11:00-411) RELOAD (tabs/root)",
    "bob (03/14-08:12:31-640) BEGIN EDIT (bob)",
};

CronWords words_of_file(const CronText& text) {
  // crontab(1) of the same package writes into the same file.
  if (text.words == "LIST") return {CronEvent::crontab_list, PidRole::fresh, Writer::vixie};
  if (text.words == "BEGIN EDIT") return {CronEvent::crontab_edit, PidRole::fresh, Writer::vixie};
  if (text.words == "REPLACE") return {CronEvent::crontab_replace, PidRole::fresh, Writer::vixie};
  if (text.words == "DELETE") return {CronEvent::crontab_delete, PidRole::fresh, Writer::vixie};
  if (text.words == "END EDIT") return {CronEvent::crontab_edit_end, PidRole::old, Writer::vixie};
  return classify(text, false);
}

Verdict parse(const FramedLine& line) {
  if (line.framing != FramingKind::vixie_file) return {};
  CronText text;
  if (!parse_cron_words(line.text, text))
    return malformed("no EVENT (detail) after the PID", line.text);
  return cron_verdict(line, text, words_of_file(text));
}

}  // namespace

const Dialect kVixieFile = {"vixie_file", "vixie-cron 3.0, misc.c: log_it with LOG_FILE", parse,
                            kSamples};

}  // namespace pidometer
