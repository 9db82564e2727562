#include "plugin/cron_log/warning_budget.h"

#include <utility>

namespace pidometer {

void WarningBudget::add(const std::string& reason, Warning warning) {
  Entry& entry = reasons_[reason];
  if (++entry.count <= kMostEach) {
    told_.push_back(std::move(warning));
    return;
  }
  if (entry.count == kMostEach + 1) {
    entry.last = std::move(warning);
    entry.first_untold = entry.last.line;
  } else if (warning.range && entry.last.range) {
    entry.last.range->end = warning.range->end;
    entry.last.line = warning.line;
  }
}

std::vector<Warning> WarningBudget::take() {
  for (auto& [reason, entry] : reasons_) {
    if (entry.count <= kMostEach) continue;
    Warning warning = entry.last;
    warning.message = "lines " + std::to_string(entry.first_untold) + " to " +
                      std::to_string(entry.last.line) + ": the same " +
                      std::to_string(entry.count - kMostEach) + " times more: " + reason;
    warning.line = entry.first_untold;
    told_.push_back(std::move(warning));
  }
  reasons_.clear();
  return std::exchange(told_, {});
}

}  // namespace pidometer
