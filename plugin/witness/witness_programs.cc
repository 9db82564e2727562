#include "plugin/witness/witness_programs.h"

#include <array>

#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

constexpr WitnessAge kNewborn = WitnessAge::newborn;
constexpr WitnessAge kAny = WitnessAge::any;
constexpr WitnessAge kEnding = WitnessAge::ending;

constexpr auto kPrograms = std::to_array<WitnessProgram>({
    {"", "connect from ", "", kNewborn, false, "tcp_wrappers 7.6, tcpd.c and libwrap"},
    {"", "refused connect from ", "", kNewborn, false, "tcp_wrappers 7.6, refuse.c"},
    {"inetd", "pid ", "pid ", kEnding, false, "BSD inetd.c, reapchild()"},
    {"xinetd", "START: ", "pid=", kNewborn, false, "xinetd, log.c, svc_log_success()"},
    {"xinetd", "EXIT: ", "pid=", kEnding, false, "xinetd, log.c, svc_log_exit()"},
    {"sshd", "Connection from ", "", kNewborn, false, "OpenSSH sshd.c, main()"},
    {"sshd", "Received disconnect from ", "", kEnding, false, "OpenSSH packet.c"},
    {"sshd", "Disconnected from ", "", kEnding, false, "OpenSSH packet.c"},
    {"sshd", "Connection closed by ", "", kEnding, false, "OpenSSH packet.c"},
    {"", "pam_unix(sudo:session): ", "", kAny, true, "Linux-PAM pam_unix_sess.c"},
    {"", "FTP session closed", "", kEnding, false, "wu-ftpd ftpd.c, dologout()"},
    {"useradd", "", "", kNewborn, false, "shadow-utils useradd.c"},
    {"userdel", "", "", kNewborn, false, "shadow-utils userdel.c"},
    {"usermod", "", "", kNewborn, false, "shadow-utils usermod.c"},
    {"groupadd", "", "", kNewborn, false, "shadow-utils groupadd.c"},
    {"groupdel", "", "", kNewborn, false, "shadow-utils groupdel.c"},
    {"sudo", "", "", kAny, true, "sudo logging.c, log_allowed()"},
    {"logrotate", "", "", kAny, true, "logrotate log.c"},
    {"dpkg", "", "", kAny, true, "dpkg log.c"},
    {"yum", "", "", kAny, true, "yum rpmtrans.py"},
    {"dnf", "", "", kAny, true, "dnf logging.py"},
    {"packagekitd", "", "", kAny, true, "PackageKit"},
    {"unattended-upgrade", "", "", kAny, true, "unattended-upgrades"},
    {"unattended-upgrades", "", "", kAny, true, "unattended-upgrades"},
});

/// The number behind `words`; 0 where there is none.
Pid pid_behind(std::string_view words, std::string_view text) {
  const std::size_t at = text.find(words);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + words.size());
  std::uint32_t pid = 0;
  return take_number(text, pid) && pid <= kMaxPid ? pid : 0;
}

bool is_session_end(std::string_view text) {
  // pam_unix(login:session): session closed for user root; PAM_pwdb[683]: (login) session closed
  return text.find("session closed") != std::string_view::npos;
}

}  // namespace

std::span<const WitnessProgram> witness_programs() {
  return kPrograms;
}

void judge_program(std::string_view tag, Pid tag_pid, std::string_view text, WitnessLine& line) {
  const std::string_view name = tag.substr(tag.rfind('/') + 1);
  line.pid = tag_pid <= kMaxPid ? tag_pid : 0;
  for (const WitnessProgram& program : kPrograms) {
    if (!program.tag.empty() && program.tag != name) continue;
    if (!text.starts_with(program.text)) continue;
    line.age = program.age;
    line.explains = program.explains;
    if (!program.pid_behind.empty()) line.pid = pid_behind(program.pid_behind, text);
    break;
  }
  if (line.age == WitnessAge::any && is_session_end(text)) line.age = WitnessAge::ending;
}

}  // namespace pidometer
