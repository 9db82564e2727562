#include <algorithm>
#include <array>

#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// What stands under a cron's tag beside log_it's `(user) EVENT (detail)`: lines that cron hands to
// syslog(3) itself, PAM's and other libraries' words inside a cron process, and other programs that
// borrow the name. None of them is ever a reading.
constexpr std::string_view kSamples[] = {
    "Jun  3 11:02:01 web01 crond[2212]: CRON (root) ERROR: failed to open PAM security session: "
    "Success",
    "Jun  3 11:02:01 web01 crond[2212]: CRON (alice) ERROR: cannot set security context",
    "Oct  1 03:00:01 web01 CRON[812]: Authentication service cannot retrieve authentication info",
    "Oct  1 03:00:01 web01 CRON[812]: User account has expired",
    "2026-11-02T05:50:01+01:00 web01 CRON[812]: Permission denied",
    "Oct  1 03:00:01 web01 CRON[812]: PAM unable to dlopen(pam_cap.so): /lib/security/pam_cap.so: "
    "cannot open shared object file: No such file or directory",
    "Oct  1 03:00:01 web01 CRON[812]: PAM adding faulty module: pam_cap.so",
    "Oct  1 03:00:01 web01 cron[811]: Error: bad minute; while reading /etc/cron.d/backup",
    "Oct  1 03:00:01 web01 crontab[900]: PAM _pam_load_conf_file: unable to open config for a",
    "Oct  1 03:00:01 web01 crontab[900]: pam_access(crond:account): access denied for user `bob' "
    "from `cron'",
    "Oct  1 03:00:01 web01 CROND[811]: pam_krb5[811]: authentication fails for 'bob'",
};

// Linux-PAM, libpam/pam_strerror.c: pam_strerror; Debian's do_command.c logs it bare.
constexpr std::array<std::string_view, 28> kPamErrors = {
    "Authentication failure",
    "Authentication information cannot be recovered",
    "Authentication service cannot retrieve",
    "Authentication token",
    "Bad item passed to",
    "Cannot make/remove an entry",
    "Conversation error",
    "Conversation is waiting",
    "Critical error - immediate abort",
    "Error in service module",
    "Failed preliminary check by password",
    "Failed to load module",
    "Failure setting user credentials",
    "Have exhausted maximum number of retries",
    "Insufficient credentials to access",
    "Memory buffer error",
    "Module is unknown",
    "No module specific data",
    "Permission denied",
    "Success",
    "Symbol not found",
    "System error",
    "The return value should be ignored",
    "Unknown PAM error",
    "User account has expired",
    "User credentials expired",
    "User not known to the underlying",
    "Application needs to call libpam again",
};

// Words that BSD's libutil writes in the name of the process that calls it.
constexpr std::array<std::string_view, 3> kLibraries = {
    "login_getclass: ", "login_getcap: ", "_secure_path: "};

bool is_cron_tag(std::string_view tag) {
  return is_daemon_tag(tag) || is_debian_job_tag(tag) || is_red_hat_job_tag(tag) ||
         tag == "crontab" || tag == "/usr/bin/crontab";
}

/// PAM's lines that Debian's and cronie's dialects take.
bool is_others_pam_line(const FramedLine& line) {
  const bool daemon = is_daemon_tag(line.tag);
  return ((daemon || is_debian_job_tag(line.tag)) && is_pam_text(line.text, "cron")) ||
         ((daemon || is_red_hat_job_tag(line.tag)) && is_pam_text(line.text, "crond"));
}

/// `CRON (user) ERROR: text`: vixie-cron 4.1 of Red Hat, security.c, by syslog(3).
bool take_security_error(std::string_view text, std::string_view& user, std::string_view& detail) {
  if (!take(text, "CRON (") || !take_until(text, ')', user) || !take(text, " ERROR")) return false;
  take(text, ':');
  skip_blanks(text);
  detail = text;
  return true;
}

/// `nss_ldap: reconnecting ...`, `gkr-pam: ...`: the library names itself.
bool names_itself(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || is_digit(c);
  };
  const auto end = std::find_if_not(text.begin(), text.end(), is_word);
  const auto size = static_cast<std::size_t>(end - text.begin());
  constexpr std::size_t kShortest = 3;
  return size >= kShortest && text.substr(size).starts_with(": ");
}

Verdict parse(const FramedLine& line) {
  if (!is_cron_tag(line.tag)) return {};
  CronText text;
  if (parse_cron_text(line.text, is_debian_job_tag(line.tag) || is_red_hat_job_tag(line.tag), text))
    return {};
  if (is_others_pam_line(line)) return {};
  // A piece of log_it's line is cron's, whatever else is missing.
  const bool torn = line.text.empty() || line.text.front() == '(' ||
                    line.text.find(") CMD") != std::string_view::npos;
  if (!torn) {
    // An init script's initlog(8): `crond: crond startup succeeded`. cron itself always writes its
    // PID, on every system of the table.
    if (!line.has_pid) return foreign("another program's words under cron's name", line.text);
    const CronWords error{CronEvent::error, PidRole::none, Writer::vixie};
    if (take_security_error(line.text, text.user, text.detail))
      return cron_verdict(line, text, error);
    // `pam_krb5[811]: ...`, `pam_unix(crontab:account): ...`
    if (line.text.starts_with("pam_")) return pam_verdict(line);
    text = {};
    text.detail = line.text;
    const auto starts = [&](std::string_view start) { return line.text.starts_with(start); };
    // `Error: bad minute; while reading FILE`: Debian's user.c, load_user
    if (std::any_of(kPamErrors.begin(), kPamErrors.end(), starts) || starts("PAM ") ||
        starts("Error: "))
      return cron_verdict(line, text, error);
    if (std::any_of(kLibraries.begin(), kLibraries.end(), starts) || names_itself(line.text))
      return foreign("a library's words in a cron process", line.text);
  }
  return malformed("no (user) EVENT (detail) after the tag", line.text);
}

}  // namespace

const Dialect kCronAside = {
    "cron_aside", "syslog(3) calls beside log_it: vixie-cron 4.1 of Red Hat, Debian's cron, PAM",
    parse, kSamples};

}  // namespace pidometer
