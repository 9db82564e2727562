#pragma once

#include <optional>

#include "plugin/timeline/json_fields.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// What the summary says of one host series.
DocumentJson series_json(const SummarySeries& series);

/// `schedule` and `periodic_sources`.
void put_schedule(DocumentJson& json, const SeriesReport& report);

/// `coverage`; absent where there is none.
void put_coverage(DocumentJson& json, const std::optional<TimeRange>& coverage);

}  // namespace pidometer
