// Counts how often windows of quiet logs reach a score; calibrate.py makes the table of it.
//
//     window_scores hosts                            the simulated hosts, a name a line
//     window_scores simulate HOST LOGS WEEKS SEED    so many logs of so many weeks of one of them
//     window_scores log FILE TZIF MODIFIED [START END]...
//                                                    a log, without stretches that are not quiet
//
// TZIF is the file of the host's zone, MODIFIED the log's time of modification; times are seconds
// since 1970, UTC.
// Prints a line of JSON for each width of window.

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/eval/log_clock.h"
#include "tests/eval/quiet_hosts.h"
#include "tests/eval/quiet_windows.h"

namespace pidometer {
namespace {

using testing::kTableScores;
using testing::kTableWidths;
using testing::WidthTally;

using Tallies = std::array<WidthTally, kTableWidths.size()>;

void print_counts(const char* name, const std::array<double, kTableScores.size()>& counts) {
  std::printf(", \"%s\": [", name);
  for (std::size_t s = 0; s < counts.size(); ++s)
    std::printf("%s%.0f", s > 0 ? ", " : "", counts[s]);
  std::printf("]");
}

void print(const Tallies& all) {
  for (std::size_t w = 0; w < all.size(); ++w) {
    if (all[w].windows <= 0) continue;
    std::printf("{\"width\": %u, \"windows\": %.0f", kTableWidths[w], all[w].windows);
    print_counts("side", all[w].side);
    print_counts("chosen", all[w].chosen);
    std::printf("}\n");
  }
}

int simulate(std::string_view name, unsigned logs, unsigned weeks, unsigned seed) {
  constexpr std::uint32_t kWeekMinutes = 7 * 24 * 60;
  for (const testing::QuietHost& host : testing::quiet_hosts()) {
    if (host.name != name) continue;
    Tallies all{};
    for (unsigned log = 0; log < logs; ++log) {
      testing::HostPlan plan = host.plan;
      plan.start = std::chrono::sys_days{std::chrono::February / 7 / 2022};
      plan.minutes = weeks * kWeekMinutes;
      plan.seed = std::uint64_t{seed} * 1000003 + log;
      const PidClock clock = build_pid_clock(simulate_host(plan), {});
      testing::tally(clock, learn_baseline(clock), {}, all);
    }
    print(all);
    return 0;
  }
  std::fprintf(stderr, "window_scores: there is no host %.*s\n", static_cast<int>(name.size()),
               name.data());
  return 1;
}

Timestamp time_of(const char* text) {
  return Timestamp(std::chrono::seconds(std::strtoll(text, nullptr, 10)));
}

int count_log(std::span<char*> arguments) {
  std::vector<testing::Disturbed> disturbed;
  for (std::size_t k = 3; k + 1 < arguments.size(); k += 2)
    disturbed.push_back({time_of(arguments[k]), time_of(arguments[k + 1])});
  Tallies all{};
  for (const PidClock& clock :
       testing::clocks_of(arguments[0], testing::bytes_of(arguments[1]), time_of(arguments[2])))
    testing::tally(clock, learn_baseline(clock), disturbed, all);
  print(all);
  return 0;
}

unsigned number(const char* text) {
  return static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

int run(std::span<char*> arguments) {
  if (arguments.size() == 2 && std::string_view(arguments[1]) == "hosts") {
    for (const testing::QuietHost& host : testing::quiet_hosts()) std::puts(host.name.c_str());
    return 0;
  }
  if (arguments.size() == 6 && std::string_view(arguments[1]) == "simulate")
    return simulate(arguments[2], number(arguments[3]), number(arguments[4]), number(arguments[5]));
  if (arguments.size() >= 5 && std::string_view(arguments[1]) == "log")
    return count_log(arguments.subspan(2));
  std::fputs(
      "usage: window_scores hosts | simulate HOST LOGS WEEKS SEED | log FILE TZIF MODIFIED "
      "[START END]...\n",
      stderr);
  return 2;
}

}  // namespace
}  // namespace pidometer

int main(int argc, char** argv) {
  return pidometer::run(std::span(argv, static_cast<std::size_t>(argc)));
}
