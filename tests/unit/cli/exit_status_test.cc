#include "cli/exit_status.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

TEST(ExitStatus, FollowsTheTable) {
  struct Case {
    const char* name;
    RunOutcome outcome;
    int want;
    int want_partial_ok;
  };
  const Case cases[] = {
      {"all read", {.inputs_opened = 2, .cron_logs = 3}, 0, 0},
      {"no input", {}, 1, 1},
      {"all inputs failed", {.inputs_failed = 2}, 1, 1},
      {"one of two failed", {.inputs_opened = 1, .inputs_failed = 1, .cron_logs = 1}, 3, 0},
      {"damaged", {.inputs_opened = 1, .cron_logs = 1, .damaged = true}, 3, 0},
      {"damaged, no log", {.inputs_opened = 1, .damaged = true}, 3, 0},
      {"no log", {.inputs_opened = 1}, 4, 4},
      {"no log beside a snapshot", {.inputs_opened = 1, .states_unread = true}, 3, 0},
      {"a log beside a snapshot",
       {.inputs_opened = 1, .cron_logs = 1, .states_unread = true},
       0,
       0},
      {"disk full", {.inputs_opened = 1, .cron_logs = 1, .output_failed = true}, 1, 1},
      {"interrupted",
       {.inputs_opened = 1, .cron_logs = 1, .damaged = true, .interrupted = true},
       130,
       130},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(exit_status(c.outcome, false), c.want) << c.name;
    EXPECT_EQ(exit_status(c.outcome, true), c.want_partial_ok) << c.name;
  }
}

}  // namespace
}  // namespace pidometer
