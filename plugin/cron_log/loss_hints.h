#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "plugin/cron_log/copy_shifts.h"
#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// Closed stretches of time, joined where they meet.
class TimeStretches {
 public:
  void add(Timestamp begin, Timestamp end);
  /// To be called once all are added.
  void settle();
  bool touches(Timestamp begin, Timestamp end) const;

 private:
  std::vector<std::pair<Timestamp, Timestamp>> stretches_;
};

/// Stretches of single hosts (JournalTwins::host_of), and of all.
class HostStretches {
 public:
  explicit HostStretches(std::size_t hosts) : own_(hosts) {}

  void add(std::optional<std::uint32_t> host, Timestamp begin, Timestamp end) {
    (host ? own_[*host] : of_all_).add(begin, end);
  }
  void settle();
  bool touches(std::uint32_t host, Timestamp begin, Timestamp end) const {
    return of_all_.touches(begin, end) || own_[host].touches(begin, end);
  }

 private:
  TimeStretches of_all_;
  std::vector<TimeStretches> own_;
};

/// When lines may have been lost on their way into text logs without anybody's doing, by what all
/// logs of the folder and the journals say.
struct LossHints {
  explicit LossHints(std::size_t hosts) : told(hosts), near(hosts), boots(hosts), by_boot(hosts) {}

  HostStretches told;  ///< the syslog daemon, or journald of it, said something: no margins
  HostStretches near;  ///< so close to that, or between a stop and the next line, that it explains
  /// By host (JournalTwins::host_of): from the last record of a boot to the first of the next.
  std::vector<TimeStretches> boots;
  std::vector<TimeStretches> by_boot;  ///< with margins: the daemon comes late and goes early
  TimeStretches broken;  ///< journals are damaged there, or time runs backwards in them
};

/// What a daemon says of the host that its line names is that host's; of a name that the journals
/// do not have (a log server's) it is everybody's. `copied`: times of the journals' records that
/// stand in a text log too, ascending: the daemon wrote then.
LossHints find_loss_hints(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
                          const SourceTable& sources, const JournalTwins& twins,
                          const CopyShifts& shifts, std::span<const Timestamp> copied);

}  // namespace pidometer
