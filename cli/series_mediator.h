#pragma once

#include <string>
#include <vector>

#include "base/warning.h"
#include "plugin/plugin.h"

namespace pidometer {

/// What one input's series go through, on their way into the outputs of a run.
class SeriesMediator : public Mediator {
 public:
  /// Warnings that were met in looking for witnesses: they are told when they come, and cost the
  /// cron logs nothing.
  virtual void tolerate(const std::vector<Warning>& warnings) = 0;
  /// The series whose products come next; its image and volume are added to its warnings.
  virtual void begin_series(const HostSeries& series) = 0;
  /// Findings of live series wait from now on for what comes back of deleted logs.
  virtual void hold_findings() = 0;
  /// They are rows now, and say what of `image` was recovered within their windows.
  virtual void release_findings(const std::string& image) = 0;
};

}  // namespace pidometer
