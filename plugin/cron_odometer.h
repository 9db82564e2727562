#pragma once

#include "plugin/plugin.h"

namespace pidometer {

/// The plugin: cron logs in, findings out. Joins the sub-rooms in the order of the data: cron_log,
/// pid_clock, baseline, anomaly, timeline.
class CronOdometer final : public Plugin {
 public:
  std::span<const std::string_view> path_globs() const override;
  FileRequest witness_files() const override;
  std::vector<FileRequest> crontab_files() const override;
  LoginRecords login_records() const override;
  bool check_required_format(std::string_view head) const override;
  std::optional<Error> unreadable_form(std::string_view head) const override;
  RecoveredLogs recover(std::span<const LogFile* const> live, std::span<const LogFile* const> found,
                        Mediator& mediator) const override;
  Result<void> process(const HostSeries& series, const PluginOptions& options,
                       Mediator& mediator) const override;
};

}  // namespace pidometer
