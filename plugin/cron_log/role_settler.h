#pragma once

#include <span>

#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Settles the roles that one line alone cannot tell, over all records of a series in their order:
///   * crontab(1), anacron: only the first line of a PID is fresh, later ones are old
///   * run-parts' `finished` is fresh where its PID is not that of its `starting` (logger's own)
///   * of the lines that a daemon writes when it starts, one is the boot reading: the STARTUP where
///     there is one, else the first
void settle_roles(std::span<StoredRecord> records);

}  // namespace pidometer
