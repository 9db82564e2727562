#include "plugin/witness/witness_sources.h"

#include <array>

namespace pidometer {
namespace {

constexpr WitnessForm kLines = WitnessForm::lines;
constexpr WitnessForm kRecords = WitnessForm::records;
constexpr WitnessTimes kWritten = WitnessTimes::written;
constexpr WitnessTimes kEpoch = WitnessTimes::epoch;

constexpr auto kSyslogSamples = std::to_array<std::string_view>({
    "Nov  2 05:50:01 web01 sshd[4711]: Accepted publickey for anna from 192.0.2.7 port 50022 ssh2",
    "Nov  2 05:50:01 web01 in.ftpd[973]: connect from 192.0.2.7",
    "2026-11-02T05:50:01.123456+01:00 web01 sudo:    anna : TTY=pts/0 ; PWD=/ ; COMMAND=/bin/ls",
    "Nov  2 05:50:01 web01 kernel: device eth0 entered promiscuous mode",
});
constexpr auto kJournalSamples = std::to_array<std::string_view>({
    R"(<38>1 2026-11-02T05:50:01.123456Z web01 sshd 4711 - [journal at="91136"] Accepted publickey)",
    R"(<4>1 2026-11-02T05:50:01.123456Z web01 kernel - - [journal at="91600"] device eth0 left)",
});
constexpr auto kAuditSamples = std::to_array<std::string_view>({
    R"(type=USER_LOGIN msg=audit(1793594999.123:456): pid=4711 uid=0 auid=1000 ses=3 res=success)",
    R"(type=SYSCALL msg=audit(1793594999.125:457): arch=c000003e syscall=59 ppid=4711 pid=4712)",
});
constexpr auto kDatedSamples = std::to_array<std::string_view>({
    "2026-11-02 05:50:01 status installed bash:amd64 5.2.15-2+b2",
    "2026-11-02T05:50:01+0100 DEBUG Installed: bash-5.1.8-9.el9.x86_64",
    "2026-11-02 05:50:01,123 INFO Starting unattended upgrades script",
});
constexpr auto kAptHistorySamples = std::to_array<std::string_view>(
    {"Start-Date: 2026-11-02  05:50:01", "End-Date: 2026-11-02  05:50:41"});
constexpr auto kAptTermSamples =
    std::to_array<std::string_view>({"Log started: 2026-11-02  05:50:01"});
constexpr auto kYumSamples =
    std::to_array<std::string_view>({"Nov 02 05:50:01 Installed: bash-4.1.2-48.el6.x86_64"});
constexpr auto kLogrotateSamples =
    std::to_array<std::string_view>({R"("/var/log/syslog" 2026-11-2-6:25:1)"});

constexpr std::string_view kSyslogd = "syslogd, rsyslog, syslog-ng: RFC 3164, 3339 or 5424 lines";

constexpr std::string_view kJournald = "systemd-journald: entries as lines, journal_line()";
constexpr std::string_view kJournalctl = "journalctl -o export, json: entries as lines";

constexpr auto kSources = std::to_array<WitnessSource>({
    {"syslog", "", "auth.log", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"syslog", "", "secure", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"syslog", "", "messages", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"syslog", "", "syslog", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"syslog", "", "daemon.log", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"syslog", "", "user.log", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"syslog", "", "maillog", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"syslog", "", "mail.log", kLines, kWritten, kSyslogd, parse_syslog_witness, kSyslogSamples},
    {"audit", "", "audit.log", kLines, kEpoch, "auditd 4.0, kernel/audit.c", parse_audit_witness,
     kAuditSamples},
    {"wtmp", "", "wtmp", kRecords, kEpoch, "login(3), init, sshd: utmp(5)", nullptr, {}},
    {"btmp", "", "btmp", kRecords, kEpoch, "login, sshd: utmp(5)", nullptr, {}},
    {"utmp", "", "utmp", kRecords, kEpoch, "login(3), init, sshd: utmp(5)", nullptr, {}},
    {"pid_file", "", "*.pid", WitnessForm::pid_file, kEpoch, "daemons; FHS 3.0, 3.15", nullptr, {}},
    {"dpkg", "", "dpkg.log", kLines, kWritten, "dpkg log.c, log_message()", parse_dated_witness,
     kDatedSamples},
    {"apt_history", "apt", "history.log", kLines, kWritten, "apt history.log, pkgdpkgpm.cc",
     parse_apt_history_witness, kAptHistorySamples},
    {"apt_term", "apt", "term.log", kLines, kWritten, "apt term.log, pkgdpkgpm.cc",
     parse_apt_term_witness, kAptTermSamples},
    {"unattended_upgrades", "", "unattended-upgrades.log", kLines, kWritten,
     "unattended-upgrades, Python logging", parse_dated_witness, kDatedSamples},
    {"yum", "", "yum.log", kLines, kWritten, "yum rpmtrans.py", parse_yum_witness, kYumSamples},
    {"dnf", "", "dnf.log", kLines, kWritten, "dnf logging.py", parse_dated_witness, kDatedSamples},
    {"dnf", "", "dnf.rpm.log", kLines, kWritten, "dnf logging.py", parse_dated_witness,
     kDatedSamples},
    {"logrotate", "logrotate", "status", kLines, kWritten, "logrotate.c, writeState()",
     parse_logrotate_witness, kLogrotateSamples},
    {"logrotate", "", "logrotate.status", kLines, kWritten, "logrotate.c, writeState()",
     parse_logrotate_witness, kLogrotateSamples},
    {kJournalSource, "", "*.journal", kLines, kEpoch, kJournald, parse_syslog_witness,
     kJournalSamples},
    {kJournalSource, "", "*.journal~", kLines, kEpoch, kJournald, parse_syslog_witness,
     kJournalSamples},
    {kJournalSource, "", "*.export", kLines, kEpoch, kJournalctl, parse_syslog_witness,
     kJournalSamples, true},
    {kJournalSource, "", "*.json", kLines, kEpoch, kJournalctl, parse_syslog_witness,
     kJournalSamples, true},
    {kJournalSource, "", "*.jsonl", kLines, kEpoch, kJournalctl, parse_syslog_witness,
     kJournalSamples, true},
});

constexpr auto kFolders = std::to_array<std::string_view>({
    "/var/log",
    "/log",
    "/var/log/audit",
    "/log/audit",
    "/var/log/apt",
    "/log/apt",
    "/var/log/unattended-upgrades",
    "/log/unattended-upgrades",
    "/run",
    "/var/run",
    "/var/lib/logrotate",
    "/lib/logrotate",
    "/var/lib",
});

constexpr auto kGlobs = std::to_array<std::string_view>({
    "auth.log*",
    "secure*",
    "messages*",
    "syslog*",
    "daemon.log*",
    "user.log*",
    "maillog*",
    "mail.log*",
    "audit.log*",
    "wtmp*",
    "btmp*",
    "utmp*",
    "*.pid",
    "*.journal",
    "*.journal~",
    "dpkg.log*",
    "history.log*",
    "term.log*",
    "unattended-upgrades.log*",
    "yum.log*",
    "dnf.log*",
    "dnf.rpm.log*",
    "status",
    "logrotate.status",
});

constexpr auto kLoginRecords = std::to_array<std::string_view>({"wtmp*", "btmp*", "utmp*"});

/// On a /var volume of its own /var/run is /run.
constexpr auto kRunFolders = std::to_array<std::string_view>({"/var/run", "/run"});
constexpr auto kRunRecords = std::to_array<std::string_view>({"utmp*"});

/// `auth.log`, `auth.log.1`, `auth.log-20261102.gz`; `wtmpx` is another thing.
bool is_of(std::string_view name, std::string_view stem) {
  if (stem.starts_with('*')) {
    for (const std::string_view packed : {".gz", ".xz", ".bz2", ".zst"})
      if (name.ends_with(packed)) name.remove_suffix(packed.size());
    return name.ends_with(stem.substr(1));
  }
  if (!name.starts_with(stem)) return false;
  return name.size() == stem.size() || name[stem.size()] == '.' || name[stem.size()] == '-';
}

}  // namespace

std::span<const WitnessSource> witness_sources() {
  return kSources;
}

std::span<const std::string_view> witness_folders() {
  return kFolders;
}

std::span<const std::string_view> witness_globs() {
  return kGlobs;
}

std::span<const std::string_view> login_record_globs() {
  return kLoginRecords;
}

std::span<const std::string_view> running_record_folders() {
  return kRunFolders;
}

std::span<const std::string_view> running_record_globs() {
  return kRunRecords;
}

const WitnessSource* witness_source_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
  folder = folder.substr(folder.rfind('/') + 1);
  for (const WitnessSource& source : kSources)
    if ((source.folder.empty() || source.folder == folder) && is_of(name, source.stem))
      return &source;
  return nullptr;
}

}  // namespace pidometer
