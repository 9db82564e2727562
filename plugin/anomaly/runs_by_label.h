#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// The ticks in which each job ran, side by side by label, in the log's order.
class RunsByLabel {
 public:
  explicit RunsByLabel(const PidClock& clock);

  std::uint32_t labels() const { return static_cast<std::uint32_t>(starts_.size() - 1); }
  std::size_t all() const { return ticks_.size(); }  ///< runs

  std::span<const std::uint32_t> runs(std::uint32_t label) const {
    return std::span(ticks_).subspan(starts_[label], starts_[label + 1] - starts_[label]);
  }

 private:
  std::vector<std::uint32_t> starts_;  ///< of each label, and the end
  std::vector<std::uint32_t> ticks_;
};

}  // namespace pidometer
