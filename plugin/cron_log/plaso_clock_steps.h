#pragma once

#include <span>

#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Takes apart what psort has laid into one another where a host's clock was set back: it lived
/// through the same time twice, and its rows of both times come mixed. `own` are the records of one
/// host, in the order of time and of PIDs within an instant. Where the PIDs of a stretch are two
/// sequences that rise, one wholly below the other, the lower one is brought before the other; so
/// that the step stands between them as it did in the log. Single lines out of their place stay: a
/// line that was forged is one.
void part_clock_steps(std::span<StoredRecord> own);

}  // namespace pidometer
