#pragma once

#include <vector>

#include "plugin/crontab/crontab_comparison.h"
#include "plugin/plugin.h"

namespace pidometer {

/// What of a host's crontabs cron saw: where the logs' volume has a spool of its own, a /var
/// volume, an older one below its mount point on another volume is hidden. `series` must outlive
/// it.
class SeenCrontabs {
 public:
  explicit SeenCrontabs(const HostSeries& series);

  const std::vector<CrontabFolder>& folders() const { return folders_; }

  /// What can be known of them: what was looked into, without what damage or what cannot be read
  /// may have hidden.
  CrontabScope scope(CronFamily family) const;

 private:
  /// False: it is no place of crontabs, as far as is known.
  bool lose(CrontabScope& scope, const HostCrontabs::Unread& lost) const;

  const HostCrontabs& crontabs_;
  const std::string& volume_;  ///< of the logs
  std::vector<CrontabFolder> folders_;
  bool own_spool_ = false;
};

}  // namespace pidometer
