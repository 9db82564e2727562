#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/warning.h"
#include "plugin/plugin.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// The files of one input that may be witnesses, and which of its cron logs they stand beside.
class WitnessFiles {
 public:
  /// Looks for them beside `logs`, which the same evidence listed and which must outlive this.
  /// `wanted`: --witnesses; by default for all but loose log files. Nothing is looked for where
  /// there is no log.
  WitnessFiles(Evidence& evidence, const Plugin& plugin, const std::vector<LogFolder>& logs,
               std::optional<bool> wanted);

  /// Those of the host that wrote `logs`: on its volume, or on another one that by its /etc is of
  /// the same host; of a loose folder what lies in it, in its folders apt and audit and the like,
  /// and in the run beside it.
  std::vector<const LogFile*> beside(const LogFolder& logs) const;

  /// What the evidence told only because witnesses were looked for.
  const std::vector<Warning>& met() const { return met_; }

 private:
  bool belongs(const LogFolder& witnesses, const LogFolder& logs) const;

  const std::vector<LogFolder>* found_ = nullptr;
  std::vector<LogFolder> own_;
  std::vector<std::string> names_;  ///< of folders in which witnesses lie, `apt`
  std::vector<Warning> met_;
  bool loose_ = false;
};

}  // namespace pidometer
