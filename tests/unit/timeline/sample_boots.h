#pragma once

#include "tests/unit/timeline/sample_events.h"

// Boots, and what is no clock.
namespace pidometer::samples {

inline TimelineEvent boot() {
  FindingBody finding;
  finding.anomaly.kind = AnomalyKind::boot;
  finding.anomaly.window_start = at(973695000);
  finding.anomaly.window_end = at(973695060);
  finding.anomaly.first_pid = 2441;
  finding.anomaly.last_pid = 390;
  finding.anomaly.boot_session = 2;
  finding.first = {9, 400, "Nov  8 14:50:00 web01 CROND[2441]: (root) CMD (a)"};
  finding.last = {10, 450, "Nov  8 14:51:00 web01 crond[390]: (CRON) STARTUP (fork ok)"};
  finding.reporter = "CROND";
  finding.time_basis = {"zone_assumed_utc", "no zone is known"};
  return {finding.anomaly.window_end, "boot", "web01", "", source(), std::move(finding)};
}

/// A boot that no line tells.
inline TimelineEvent untold_boot() {
  TimelineEvent event = boot();
  auto& finding = std::get<FindingBody>(event.body);
  finding.anomaly.level = Level::low;
  finding.anomaly.excess_if_wrapped = 1400;
  finding.last = {10, 450, "Nov  8 14:51:00 web01 CROND[390]: (root) CMD (a)"};
  return event;
}

/// cron was started, or the host was.
inline TimelineEvent daemon_start() {
  TimelineEvent event = boot();
  auto& finding = std::get<FindingBody>(event.body);
  finding.anomaly.counter_restarted = false;
  finding.anomaly.may_be_boot = true;
  finding.anomaly.last_pid = 2460;
  finding.last = {10, 450, "Nov  8 14:51:00 web01 crond[2460]: (CRON) STARTUP (fork ok)"};
  return event;
}

/// A host that hands PIDs out at random.
inline TimelineEvent not_a_clock() {
  FindingBody finding;
  finding.anomaly.kind = AnomalyKind::not_a_clock;
  finding.anomaly.window_start = at(973695000);
  finding.anomaly.window_end = at(974299800);
  finding.anomaly.first_pid = 24410;
  finding.anomaly.last_pid = 3907;
  finding.anomaly.boot_session = 1;
  finding.anomaly.intervals = 1008;
  finding.anomaly.steps = 1008;
  finding.anomaly.downward_steps = 511;
  finding.anomaly.unevenness = 0.0213;
  finding.first = {1, 0, "Nov  8 14:50:00 fw01 cron[24410]: (root) CMD (newsyslog)"};
  finding.last = {1009, 56448, "Nov 15 14:50:00 fw01 cron[3907]: (root) CMD (newsyslog)"};
  finding.first_command = "newsyslog";
  finding.reporter = "cron";
  finding.time_basis = {"zone_assumed_utc", "no zone is known"};
  return {
      finding.anomaly.window_start, "not_a_clock", "fw01", "root", source(), std::move(finding)};
}

/// Lines of several hosts that name none.
inline TimelineEvent several_counters() {
  TimelineEvent event = not_a_clock();
  Anomaly& anomaly = std::get<FindingBody>(event.body).anomaly;
  anomaly.order_fault = OrderFault::several_counters;
  anomaly.unevenness = 0;
  anomaly.downward_steps_dealt = 3;
  return event;
}

}  // namespace pidometer::samples
