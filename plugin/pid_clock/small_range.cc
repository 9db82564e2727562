#include "plugin/pid_clock/small_range.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/pid_range.h"

namespace pidometer {
namespace {

// Fewer falls may be boots, which land anywhere.
constexpr std::size_t kLeastFalls = 5;

// One fall in four may be a boot's, or that of a forged PID, or a wrap within a daily job's burst:
// it is in bursts that a quiet host's counter goes on.
constexpr std::size_t kOddOneIn = 4;

// PIDs of running daemons are skipped where the counter goes round, and jobs of one tick are
// neighbours: so many, however little the host spends.
constexpr double kSlack = 64;

struct Fall {
  Pid from = 0;
  Pid to = 0;
  double seconds = 0;
};

/// Falls that may be wraps one by one, and what they take together, which is twice what the host
/// spends in that time or less: a boot that is short, and always alike, takes more.
class Wraps {
 public:
  Wraps(Pid pid_max, double rate) : pid_max_(pid_max), rate_(rate) {}

  void add(const Fall& fall) {
    if (fall.from >= pid_max_ || fall.to < kReservedPids) return;
    const double usual = rate_ * fall.seconds;
    const double wrapped =
        static_cast<double>(pid_max_ - fall.from) + static_cast<double>(fall.to - kReservedPids);
    if (wrapped > kWrapFactor * usual + kSlack || wrapped < kWrapLeast * usual - kSlack) return;
    ++count_;
    usual_ += usual;
    wrapped_ += wrapped;
  }

  std::size_t count() const { return count_; }

  bool agree() const {
    const double slack = kSlack * static_cast<double>(count_);
    return wrapped_ <= kTogether * usual_ + slack && wrapped_ >= usual_ / kTogether - slack;
  }

 private:
  static constexpr double kTogether = 2;
  Pid pid_max_;
  double rate_;
  std::size_t count_ = 0;
  double usual_ = 0;
  double wrapped_ = 0;
};

}  // namespace

std::optional<Pid> find_small_pid_max(const std::vector<Reading>& readings) {
  std::vector<Fall> falls;
  double pids = 0;
  double seconds = 0;
  const Reading* before = nullptr;
  for (const Reading& r : readings) {
    if (r.kind == ReadingKind::boot) before = nullptr;
    if (r.kind != ReadingKind::job) continue;
    if (before != nullptr && before->boot == r.boot && r.time >= before->time) {
      const double passed = seconds_between(before->time, r.time);
      if (r.pid + kLateLinePids < before->pid) {
        falls.push_back({before->pid, r.pid, passed});
      } else if (r.pid >= before->pid && r.pid - before->pid < kSmallPidMax) {  // else forged
        pids += static_cast<double>(r.pid - before->pid);
        seconds += passed;
      }
    }
    before = &r;
  }
  if (falls.size() < kLeastFalls || seconds <= 0) return std::nullopt;
  // a forged PID may lie above all others
  const auto high = falls.end() - 1 - static_cast<std::ptrdiff_t>(falls.size() / kOddOneIn);
  std::ranges::nth_element(falls, high, {}, &Fall::from);
  const Pid pid_max = round_up_pid(high->from);
  if (pid_max >= kSmallPidMax) return std::nullopt;
  Wraps wraps(pid_max, pids / seconds);
  for (const Fall& fall : falls) wraps.add(fall);
  const bool nearly_all = (falls.size() - wraps.count()) * kOddOneIn <= falls.size();
  if (wraps.count() < kLeastFalls || !nearly_all || !wraps.agree()) return std::nullopt;
  return pid_max;
}

}  // namespace pidometer
