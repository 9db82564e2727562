#include "plugin/cron_log/cron_text.h"

#include <algorithm>
#include <array>

#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

std::string_view without_path(std::string_view tag) {
  const std::size_t slash = tag.rfind('/');
  return slash == std::string_view::npos ? tag : tag.substr(slash + 1);
}

struct WordsRow {
  std::string_view words;
  std::string_view detail_prefix;  ///< empty: any
  CronWords meaning;
};

// The first row that fits counts. A child's PID is newer than the last reading when its session
// opens or its job fails to start, so those lines have no role at all: as `old` they would look
// like PIDs from the future.
constexpr std::array kWords = {
    WordsRow{"CMD", "", {CronEvent::command, PidRole::fresh, Writer::vixie}},
    WordsRow{"CMDEND", "", {CronEvent::command_end, PidRole::old, Writer::cronie}},
    WordsRow{"CMDOUT", "", {CronEvent::command_output, PidRole::old, Writer::cronie}},
    WordsRow{"END", "", {CronEvent::command_end, PidRole::old, Writer::debian}},
    WordsRow{"MAIL", "", {CronEvent::mail, PidRole::old, Writer::vixie}},
    WordsRow{"RELOAD", "", {CronEvent::reload, PidRole::old, Writer::vixie}},
    // cronie, cron.c: main: the package's version; vixie-cron: "fork ok", Red Hat's 4.1 "V5.0"
    WordsRow{"STARTUP", "1.", {CronEvent::startup, PidRole::boot, Writer::cronie}},
    WordsRow{"STARTUP", "", {CronEvent::startup, PidRole::boot, Writer::vixie}},
    // The first words of a daemon that writes no STARTUP: cronie -n, Debian's cron -f. The role is
    // settled once it is known whether a STARTUP of the same start stands beside them.
    WordsRow{"INFO", "RANDOM_DELAY will be", {CronEvent::info, PidRole::boot, Writer::cronie}},
    WordsRow{"INFO", "running with inotify", {CronEvent::info, PidRole::boot, Writer::cronie}},
    WordsRow{"INFO", "pidfile fd", {CronEvent::info, PidRole::boot, Writer::debian}},
    WordsRow{"INFO", "Running @reboot", {CronEvent::info, PidRole::boot, Writer::debian}},
    WordsRow{"INFO", "Skipping @reboot", {CronEvent::info, PidRole::boot, Writer::debian}},
    WordsRow{"INFO", "Shutting down", {CronEvent::info, PidRole::old, Writer::cronie}},
    WordsRow{"INFO", "@reboot jobs will be run", {CronEvent::info, PidRole::boot, Writer::cronie}},
    WordsRow{"INFO", "", {CronEvent::info, PidRole::none, Writer::cronie}},
    WordsRow{"info", "", {CronEvent::info, PidRole::none, Writer::debian}},
    WordsRow{"error", "", {CronEvent::error, PidRole::none, Writer::debian}},
    WordsRow{"PAM ERROR", "", {CronEvent::error, PidRole::none, Writer::cronie}},
    WordsRow{"FAILED to open PAM security session",
             "",
             {CronEvent::error, PidRole::none, Writer::cronie}},
    WordsRow{
        "FAILED to authorize user with PAM", "", {CronEvent::error, PidRole::none, Writer::cronie}},
    WordsRow{"ERROR", "", {CronEvent::error, PidRole::none, Writer::cronie}},
    // cronie's do_command.c, before the child has its own name
    WordsRow{"WARNING", "", {CronEvent::error, PidRole::none, Writer::cronie}},
    WordsRow{"UNSAFE", "", {CronEvent::error, PidRole::none, Writer::vixie}},
    WordsRow{"PIPE() FAILED", "", {CronEvent::error, PidRole::none, Writer::vixie}},
    WordsRow{"CAN'T FORK", "", {CronEvent::error, PidRole::none, Writer::vixie}},
    WordsRow{"CHDIR FAILED", "", {CronEvent::error, PidRole::none, Writer::vixie}},
    WordsRow{"ERROR chdir failed", "", {CronEvent::error, PidRole::none, Writer::cronie}},
    // a second daemon that finds the lock taken: a new process, but an unscheduled one
    WordsRow{"DEATH", "", {CronEvent::error, PidRole::none, Writer::vixie}},
};

}  // namespace

bool parse_cron_words(std::string_view text, CronText& out) {
  const std::size_t open = text.find(" (");
  if (open == std::string_view::npos || open == 0) return false;
  out.words = text.substr(0, open);
  std::string_view detail = text.substr(open + 2);
  // An older syslogd leaves a blank at the end of each line.
  std::string_view trimmed = detail;
  while (!trimmed.empty() && trimmed.back() == ' ') trimmed.remove_suffix(1);
  const std::size_t close = trimmed.rfind(')');
  const std::string_view tail =
      close == std::string_view::npos ? std::string_view() : trimmed.substr(close + 1);
  // cronie's errors go on after the parenthesis: `: No such file or directory`. A command that was
  // cut off may hold parentheses too, so its last byte must be one.
  const bool is_command = out.words.starts_with("CMD");
  const bool closed = close != std::string_view::npos &&
                      (tail.empty() || (!is_command && (tail[0] == ':' || tail.starts_with(" :"))));
  out.torn = !closed;
  out.detail = closed ? trimmed.substr(0, close) : trimmed;
  skip_blanks(out.detail);
  return true;
}

bool parse_cron_text(std::string_view text, bool user_may_lack, CronText& out) {
  if (take(text, '(')) {
    if (!take_until(text, ')', out.user) || out.user.empty() || !take(text, ' ')) return false;
  } else if (!user_may_lack || !text.starts_with("CMD")) {
    return false;
  }
  return parse_cron_words(text, out);
}

CronWords classify(const CronText& text, bool from_job) {
  for (const WordsRow& row : kWords) {
    if (row.words != text.words || !text.detail.starts_with(row.detail_prefix)) continue;
    return row.meaning;
  }
  // bad minute, bad username, ORPHAN, WRONG FILE OWNER, CAN'T OPEN, ...: the daemon's own
  // complaints
  return {CronEvent::error, from_job ? PidRole::none : PidRole::old, Writer::vixie};
}

Verdict cron_verdict(const FramedLine& line, const CronText& text, const CronWords& words) {
  if (!line.has_pid) return malformed("no PID after the program's name", line.text);
  if (line.pid == 0 || line.pid > kMaxPid) return malformed("PID out of range", line.text);
  Verdict verdict;
  verdict.kind = Verdict::Kind::record;
  CronRecord& record = verdict.record;
  record.time = line.time;
  record.event = words.event;
  record.pid_role = words.role;
  record.pid = line.pid;
  record.hostname = line.hostname;
  record.reporter = line.tag;
  record.username = line.user.empty() ? text.user : line.user;
  record.command = text.detail;
  // MAIL's detail holds a line feed of the mailer's, so its parenthesis stands on the next line.
  if (text.torn && words.event != CronEvent::mail) {
    verdict.reason = "no closing parenthesis: time and PID are kept, the text may be cut off";
    verdict.reason_at = line.text.data() + line.text.size();
  }
  return verdict;
}

Verdict job_verdict(const FramedLine& line, const CronText& job, std::string_view number) {
  FramedLine own = line;
  std::string_view rest = number;
  own.has_pid = take_number(rest, own.pid) && rest.empty();
  if (!own.has_pid) return malformed("no PID of the job where it should stand", number);
  Verdict verdict = cron_verdict(own, job, {CronEvent::command, PidRole::fresh, Writer::vixie});
  verdict.pid_in_text = true;
  return verdict;
}

bool is_daemon_tag(std::string_view tag) {
  const std::string_view name = without_path(tag);
  return name == "crond" || name == "cron" || name == "cronie-crond";
}

bool is_debian_job_tag(std::string_view tag) {
  return without_path(tag) == "CRON";
}

bool is_red_hat_job_tag(std::string_view tag) {
  return without_path(tag) == "CROND";
}

bool is_pam_text(std::string_view text, std::string_view service) {
  std::string_view module;
  return text.starts_with("pam_") && take_until(text, '(', module) &&
         module.find(' ') == std::string_view::npos && take(text, service) && take(text, ':');
}

Verdict pam_verdict(const FramedLine& line) {
  CronText text;
  text.detail = line.text;
  constexpr std::string_view kUser = "for user ";
  constexpr std::string_view kAccount = "account ";
  std::string_view rest = line.text;
  std::size_t at = rest.find(kUser);
  if (at != std::string_view::npos) {
    rest.remove_prefix(at + kUser.size());
  } else if (at = rest.find("): account "); at != std::string_view::npos) {
    rest.remove_prefix(at + 3 + kAccount.size());
  } else {
    rest = {};
  }
  // `session opened for user root(uid=0) by (uid=0)`
  text.user = rest.substr(0, rest.find_first_of(" ("));
  const bool closed = line.text.find("session closed") != std::string_view::npos;
  return cron_verdict(line, text,
                      {CronEvent::session, closed ? PidRole::old : PidRole::none, Writer::debian});
}

std::optional<std::size_t> foreign_byte(std::string_view text) {
  constexpr int kControls = 4;
  constexpr int kFillers = 8;
  const auto is_control = [](unsigned char byte) {
    return byte < 0x20 && byte != '\t' && byte != '\r';
  };
  // hardly a line has one: a loop without an exit is one that compilers turn into vectors
  int strange = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    strange += (byte == 0xff || is_control(byte)) ? 1 : 0;
  }
  if (strange < kControls) return std::nullopt;
  int controls = 0;
  int fillers = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    fillers = byte == 0xff ? fillers + 1 : 0;
    controls += is_control(byte) ? 1 : 0;
    if (fillers >= kFillers || controls >= kControls) return i;
  }
  return std::nullopt;
}

}  // namespace pidometer
