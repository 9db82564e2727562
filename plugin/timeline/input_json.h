#pragma once

#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "base/warning.h"
#include "plugin/timeline/json_fields.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// Parts that the documents of a run share: the summary and the record of custody.
DocumentJson strings_json(const std::vector<std::string>& strings);
DocumentJson damage_json(const DamagedRange& damage);
DocumentJson warning_json(const Warning& warning);
DocumentJson error_json(const Error& error);
DocumentJson input_json(const SummaryInput& input);

}  // namespace pidometer
