#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/known_window.h"

namespace pidometer {

using KnownWindows = std::vector<std::shared_ptr<const KnownWindow>>;
using TimeParser = std::function<Result<Timestamp>(const std::string&)>;

/// Reads a list of known work (docs/known_work.md): CSV with a head of `begin`, `end`, `reason`
/// and, if wanted, `host`, in any order (RFC 4180); or a JSON array of objects with these keys.
/// `name` is the file's, for messages; `parse_time` takes the times. Errors: ErrorKind::usage, with
/// the line (CSV) or the number of the object (JSON): a window that is not understood would
/// silently excuse nothing.
Result<KnownWindows> read_known_windows(std::string_view bytes, const std::string& name,
                                        const TimeParser& parse_time);

/// Marks findings of the host of these names that lie in known windows (Anomaly::known). Those that
/// lie wholly in one, or in several that adjoin or overlap, lose one level and have the reasons of
/// all these; where a finding reaches beyond, something else may have gone on there, and its level
/// stays. An activity has the highest level that its findings have left. Nothing is dropped.
/// `names`: as its log has it, and as the user calls it.
void mark_known(const KnownWindows& windows, const std::vector<std::string>& names,
                std::vector<Anomaly>& anomalies);

}  // namespace pidometer
