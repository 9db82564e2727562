#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/row_spool.h"
#include "plugin/plugin.h"
#include "plugin/timeline/recovered_times.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// Findings of live series that wait until it is known what came back of their hosts' deleted logs:
/// live logs are read first, so that a reader that dies of free space costs none of their rows.
class HeldFindings {
 public:
  /// `volume` is that of the event's series.
  void add(const std::string& volume, const RowOrder& order, TimelineEvent event);
  void add_recovered(const std::string& volume, const std::string& hostname,
                     std::vector<RecoveredLine> lines);

  /// Tells the live series of `image` what lies in the stretches that were not judged. Returns a
  /// sentence for each series that has such.
  std::vector<std::string> mark_stretches(const std::string& image,
                                          std::vector<SummarySeries>& series) const;

  /// Gives the findings away in the order they came, each told what lies in its window; what was
  /// recovered is forgotten.
  void release(const std::function<void(const RowOrder& order, const TimelineEvent& event)>& write);

 private:
  struct Held {
    std::string volume;
    RowOrder order;
    TimelineEvent event;
  };
  using Place = std::pair<std::string, std::string>;  ///< volume, host name

  std::vector<Held> findings_;
  std::map<Place, RecoveredTimes> recovered_;
};

}  // namespace pidometer
