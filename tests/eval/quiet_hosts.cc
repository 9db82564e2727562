#include "tests/eval/quiet_hosts.h"

namespace pidometer::testing {
namespace {

// Costs of jobs and loads as traced on real systems, none of them those of a shared log.

HostPlan mail_server() {
  HostPlan plan;
  plan.jobs = {{1, 10, 3, 2, 1}, {2, 5, 0, 1}, {3, 60, 23, 9, 2, 2}, {4, 1440, 330, 80, 12, 3}};
  plan.unlogged = {{0, 60, 41, 3}, {0, 1440, 95, 18, 5}};
  plan.background = 1.2;
  plan.burst = 1.8;
  plan.night = 0.5;
  return plan;
}

HostPlan build_host() {
  HostPlan plan;
  plan.jobs = {{1, 1, 0, 1}, {2, 10, 0, 2}, {3, 60, 12, 5, 8, 3}};
  plan.background = 30;
  plan.burst = 4;
  plan.night = 0.25;
  return plan;
}

HostPlan file_server() {
  HostPlan plan;
  plan.jobs = {{1, 10, 0, 1}, {2, 60, 1, 8, 2}, {3, 20, 7, 0, 5, 4}, {4, 1440, 250, 30, 6, 2}};
  plan.background = 0.4;
  plan.burst = 3;
  return plan;
}

HostPlan idle_server() {
  HostPlan plan;
  plan.jobs = {{1, 10, 0, 0}, {2, 60, 1, 2}, {3, 1440, 242, 150, 12}};
  plan.unlogged = {{0, 60, 33, 1}};
  plan.background = 0.004;
  return plan;
}

HostPlan timers_host() {
  HostPlan plan;
  plan.jobs = {{1, 10, 5, 2}, {2, 60, 17, 3}, {3, 15, 0, 1, 2}};
  plan.timers = {{2, 20, 60}, {1, 14, 30}};
  plan.background = 0.3;
  plan.burst = 2;
  plan.night = 0.7;
  return plan;
}

HostPlan monitored_host() {
  HostPlan plan;
  plan.jobs = {
      {1, 1, 0, 1}, {2, 1, 0, 2, 0.5}, {3, 5, 0, 4, 2}, {4, 15, 3, 0, 5, 4}, {5, 60, 9, 3, 1}};
  plan.background = 2;
  plan.burst = 2;
  plan.night = 0.4;
  return plan;
}

HostPlan hourly_machine() {
  HostPlan plan;
  plan.pid_max = 4194304;
  plan.jobs = {{1, 60, 1, 8, 0.5}};
  plan.background = 0.15;
  plan.burst = 1.3;
  return plan;
}

}  // namespace

std::vector<QuietHost> quiet_hosts() {
  return {{"mail server", mail_server()},      {"build host", build_host()},
          {"file server", file_server()},      {"monitored host", monitored_host()},
          {"host with timers", timers_host()}, {"idle server", idle_server()},
          {"hourly machine", hourly_machine()}};
}

}  // namespace pidometer::testing
