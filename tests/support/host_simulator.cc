#include "tests/support/host_simulator.h"

#include <chrono>
#include <cmath>
#include <numbers>

namespace pidometer::testing {
namespace {

class Host {
 public:
  explicit Host(const HostPlan& plan) : plan_(plan), random_(plan.seed), counter_(plan.first_pid) {}

  std::vector<Reading> run() {
    const auto first =
        std::chrono::duration_cast<std::chrono::minutes>(plan_.start.time_since_epoch()).count() +
        plan_.utc_offset_minutes;
    for (std::uint32_t m = 0; m < plan_.minutes; ++m) {
      const auto local = static_cast<std::uint64_t>(first) + m;
      tick(m, local);
      for (const SimulatedJob& source : plan_.unlogged)
        if (local % source.period == source.minute) spend(source.fixed + extra(source));
      for (const SimulatedTimer& timer : plan_.timers)
        if (random_.uniform() < timer.a_day / 1440)
          spend(timer.low +
                static_cast<std::uint32_t>(random_.uniform() * (timer.high - timer.low + 1)));
      const double hour = static_cast<double>(local % 1440) / 60;
      const double day = (1 - std::cos(hour / 12 * std::numbers::pi)) / 2;
      spend(
          random_.bursty(plan_.background * (plan_.night + (1 - plan_.night) * day), plan_.burst));
      for (const SimulatedActivity& a : plan_.activities)
        if (m >= a.start && m < a.start + a.minutes) {
          const std::uint32_t done = m - a.start;
          spend(a.pids * (done + 1) / a.minutes - a.pids * done / a.minutes);
        }
    }
    return std::move(readings_);
  }

 private:
  // all of cron's children fork first, then each starts its job
  void tick(std::uint32_t m, std::uint64_t local) {
    std::vector<const SimulatedJob*> due;
    for (const SimulatedJob& job : plan_.jobs)
      if (local % job.period == job.minute) due.push_back(&job);
    spend(static_cast<std::uint32_t>(due.size()));
    std::uint32_t more = 0;
    for (const SimulatedJob* job : due) {
      spend(1);
      Reading r;
      r.time = plan_.start + std::chrono::minutes(m);
      r.pid = counter_;
      r.label = job->label;
      r.record = static_cast<std::uint32_t>(readings_.size());
      r.utc_offset_minutes = plan_.utc_offset_minutes;
      readings_.push_back(r);
      more += job->fixed + extra(*job);
    }
    spend(more);
  }

  std::uint32_t extra(const SimulatedJob& job) { return random_.bursty(job.random, job.burst); }

  void spend(std::uint32_t pids) {
    for (; pids > 0; --pids)
      if (++counter_ >= plan_.pid_max) counter_ = kReservedPids;
  }

  const HostPlan& plan_;
  Random random_;
  Pid counter_;
  std::vector<Reading> readings_;
};

}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double Random::uniform() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

std::uint32_t Random::poisson(double mean) {
  std::uint32_t sum = 0;
  // Knuth's product method, in pieces that do not underflow
  for (; mean > 0; mean -= 30) {
    const double limit = std::exp(-std::min(mean, 30.0));
    for (double product = uniform(); product > limit; product *= uniform()) ++sum;
  }
  return sum;
}

std::uint32_t Random::bursty(double mean, double burst) {
  if (mean <= 0) return 0;
  if (burst <= 1) return poisson(mean);
  std::uint32_t sum = 0;
  // a Poisson number of bursts of geometric size
  for (std::uint32_t n = poisson(mean / burst); n > 0; --n)
    sum += 1 + static_cast<std::uint32_t>(std::log(1 - uniform()) / std::log(1 - 1 / burst));
  return sum;
}

std::vector<Reading> simulate_host(const HostPlan& plan) {
  return Host(plan).run();
}

}  // namespace pidometer::testing
