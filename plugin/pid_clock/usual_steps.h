#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// What intervals usually take: the median rise, in PIDs, of those that the same jobs start and
/// that are about as long. Made of the first intervals of each kind; kept until it is asked for.
class UsualSteps {
 public:
  /// `ticks` must outlive it; they are read when it is asked for the first time, and no more.
  explicit UsualSteps(const std::vector<Tick>& ticks) : ticks_(ticks) {}

  /// Of an interval from `a` to `b`; nothing where fewer than three like it are known.
  std::optional<std::int64_t> of(const Tick& a, const Tick& b);

 private:
  const std::vector<Tick>& ticks_;
  bool learnt_ = false;
  // the log chooses the keys: no hash of it is even
  std::map<std::uint64_t, std::vector<std::int64_t>> rises_;
};

}  // namespace pidometer
