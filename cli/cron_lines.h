#pragma once

#include <optional>
#include <vector>

#include "base/log_file.h"
#include "plugin/plugin.h"

namespace pidometer {

/// Why a file has no line of cron's that can be seen.
struct Unseen {
  std::vector<DamagedRange> lost;  ///< all its bytes are damaged
  std::optional<Error> form;       ///< it is text of a form that is not read
};

/// Whether any line of the file is cron's. Reads until the first one. Where there may be some that
/// are not seen, `unseen` says why.
Result<bool> holds_cron_lines(const LogFile& file, const Plugin& plugin, Unseen& unseen);

}  // namespace pidometer
