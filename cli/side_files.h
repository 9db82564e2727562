#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/warning.h"
#include "plugin/plugin.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Files of one input that are read beside its cron logs, as the plugin asks for them: witnesses
/// and crontabs; and which of the logs they stand beside.
class SideFiles {
 public:
  /// Looks for them beside `logs`, which the same evidence listed and which must outlive this.
  /// `witnesses`: --witnesses; by default for all but loose log files. Crontabs are looked for in
  /// all that has a host's folders. Nothing is looked for where there is no log, but witnesses
  /// where deleted ones are `recovered`.
  SideFiles(Evidence& evidence, const Plugin& plugin, const std::vector<LogFolder>& logs,
            std::optional<bool> witnesses, bool recovered = false);

  /// Those of the host that wrote `logs`: on its volume, or on another one that by its /etc is of
  /// the same host; of a loose folder what lies in it, in its folders apt and audit and the like,
  /// and in the run beside it.
  std::vector<const LogFile*> witnesses(const LogFolder& logs) const;

  /// The crontabs of that host: on its volume, or else on the one other volume that by its /etc is
  /// of the same host. Where there are several (snapshots) none is picked.
  HostCrontabs crontabs(const LogFolder& logs) const;

  /// What the evidence told only because these files were looked for.
  const std::vector<Warning>& met() const { return met_; }

 private:
  void find_witnesses(Evidence& evidence, const Plugin& plugin, const std::vector<LogFolder>& logs);
  std::vector<LogFolder> find(Evidence& evidence,
                              const std::function<std::vector<LogFolder>()>& search);
  bool belongs(const LogFolder& witnesses, const LogFolder& logs) const;
  const LogFolder* crontabs_at(const std::string& path, const LogFolder& logs,
                               std::string& ambiguous) const;

  const std::vector<LogFolder>* found_ = nullptr;
  std::vector<LogFolder> own_;
  std::vector<std::string> names_;  ///< of folders in which witnesses lie, `apt`
  std::vector<LogFolder> crontabs_;
  std::vector<Warning> crontab_warnings_;  ///< met when they were looked for
  std::vector<Warning> damage_;            ///< met before
  std::vector<Warning> met_;
  bool loose_ = false;
};

}  // namespace pidometer
