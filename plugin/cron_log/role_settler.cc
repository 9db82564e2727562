#include "plugin/cron_log/role_settler.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace pidometer {
namespace {

/// Runs of crontab(1) and anacron that are open at one time are few; what lies further back is
/// another process, also where it has the same PID.
constexpr std::size_t kRecentPids = 32;
constexpr std::size_t kRecentScripts = 64;
/// A start's lines: INFO (pidfile fd = 3) of the parent, STARTUP (fork ok) of its child.
constexpr std::chrono::seconds kOneStart{10};
constexpr std::int64_t kOneStartPids = 16;

/// Whether a PID was seen lately; remembers it.
class RecentPids {
 public:
  bool seen(Pid pid) {
    for (const Pid known : pids_)
      if (known == pid) return true;
    pids_[next_++ % kRecentPids] = pid;
    return false;
  }
  void clear() { pids_.fill(0); }

 private:
  std::array<Pid, kRecentPids> pids_{};
  std::size_t next_ = 0;
};

/// PIDs of run-parts' `starting` lines by script and tag.
class StartedScripts {
 public:
  void start(const StoredRecord& record) {
    for (Entry& entry : entries_)
      if (same(entry, record)) {
        entry.pid = record.pid;
        return;
      }
    entries_[next_++ % kRecentScripts] = {record.label, record.source, record.pid};
  }
  /// Nothing is known of a script whose start was not seen: 0.
  Pid pid_of(const StoredRecord& record) const {
    for (const Entry& entry : entries_)
      if (same(entry, record)) return entry.pid;
    return 0;
  }

 private:
  struct Entry {
    std::uint32_t label = 0;
    std::uint16_t source = 0;
    Pid pid = 0;
  };
  static bool same(const Entry& entry, const StoredRecord& record) {
    return entry.pid != 0 && entry.label == record.label && entry.source == record.source;
  }
  std::array<Entry, kRecentScripts> entries_{};
  std::size_t next_ = 0;
};

bool is_one_start(const StoredRecord& a, const StoredRecord& b) {
  const auto apart = b.time - a.time;
  const std::int64_t pids = std::int64_t{b.pid} - std::int64_t{a.pid};
  return apart >= -kOneStart && apart <= kOneStart && pids >= 0 && pids <= kOneStartPids;
}

}  // namespace

void settle_roles(std::span<StoredRecord> records) {
  RecentPids crontabs;
  RecentPids anacrons;
  StartedScripts scripts;
  StoredRecord* start = nullptr;  // the boot reading of the last start
  for (StoredRecord& record : records) {
    if (record.pid_role == PidRole::boot) {
      if (start == nullptr || !is_one_start(*start, record)) {
        start = &record;
        crontabs.clear();
        anacrons.clear();
      } else if (record.event == CronEvent::startup && start->event != CronEvent::startup) {
        start->pid_role = PidRole::old;
        start = &record;
      } else {
        record.pid_role = PidRole::old;
      }
      continue;
    }
    switch (record.event) {
      case CronEvent::command:
        break;
      case CronEvent::crontab_list:
      case CronEvent::crontab_edit:
      case CronEvent::crontab_edit_end:
      case CronEvent::crontab_replace:
      case CronEvent::crontab_delete:
        if (crontabs.seen(record.pid)) record.pid_role = PidRole::old;
        break;
      case CronEvent::anacron_start:
      case CronEvent::anacron_other:
        if (anacrons.seen(record.pid)) record.pid_role = PidRole::old;
        break;
      case CronEvent::run_parts_start:
        scripts.start(record);
        break;
      case CronEvent::run_parts_finish:
        if (const Pid pid = scripts.pid_of(record); pid != 0 && pid != record.pid)
          record.pid_role = PidRole::fresh;
        break;
      default:
        break;
    }
  }
}

}  // namespace pidometer
