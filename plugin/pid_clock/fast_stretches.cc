#include "plugin/pid_clock/fast_stretches.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "plugin/pid_clock/even_sample.h"
#include "plugin/pid_clock/filled_range.h"
#include "plugin/pid_clock/pid_range.h"

namespace pidometer {
namespace {

// Below two fifths two steps together fall short of a round by more than the steps differ by.
constexpr double kLargeShare = 0.4;

constexpr std::size_t kBlock = 16;  // steps that have one pace

constexpr std::size_t kSample = 8192;

std::int64_t range_of(const std::vector<Tick>& ticks) {
  std::vector<Pid> pids;
  const EvenSample some(ticks.size(), kSample);
  for (std::size_t k = 0; k < some.size(); ++k) pids.push_back(ticks[some[k]].pid);
  return filled_range(std::move(pids));
}

/// PIDs from one tick to the next if the counter went round no more than once; nothing where it may
/// have been set back.
std::optional<double> step_of(const Tick& a, const Tick& b, std::int64_t range) {
  if (b.after_startup || other_boot(a, b) || b.time <= a.time) return std::nullopt;
  const auto step = static_cast<std::int64_t>(b.pid) - a.pid;
  if (step < 0 && static_cast<std::int64_t>(b.pid) * kBootShare <= range) return std::nullopt;
  return static_cast<double>(step < 0 ? step + range : step);
}

/// The middle pace of the steps [begin, end), PIDs a second; 0: none has one.
double middle_pace(const std::vector<Tick>& ticks, std::size_t begin, std::size_t end,
                   std::int64_t range) {
  std::vector<double> paces;
  for (std::size_t i = begin; i < end; ++i)
    if (const auto step = step_of(ticks[i], ticks[i + 1], range))
      paces.push_back(*step / seconds_between(ticks[i], ticks[i + 1]));
  if (paces.empty()) return 0;
  const auto middle = paces.begin() + static_cast<std::ptrdiff_t>(paces.size() / 2);
  std::ranges::nth_element(paces, middle);
  return *middle;
}

}  // namespace

FastStretches::FastStretches(const std::vector<Tick>& ticks) {
  if (ticks.size() < 2 * kBlock) return;
  const std::int64_t range = range_of(ticks);
  const double large = kLargeShare * static_cast<double>(range);
  const std::size_t steps = ticks.size() - 1;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < steps && seen < kBlock; ++i)
    seen += step_of(ticks[i], ticks[i + 1], range).value_or(0) >= large ? 1 : 0;
  if (seen < kBlock) return;  // most logs
  fast_.assign(ticks.size(), false);
  std::vector<double> paces;
  for (std::size_t begin = 0; begin < steps; begin += kBlock)
    paces.push_back(middle_pace(ticks, begin, std::min(begin + kBlock, steps), range));
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t block = i / kBlock;
    // where the pace changes within a block, the next one has it
    double pace = paces[block];
    if (block > 0) pace = std::max(pace, paces[block - 1]);
    if (block + 1 < paces.size()) pace = std::max(pace, paces[block + 1]);
    fast_[i] = pace * static_cast<double>(whole_seconds(ticks[i], ticks[i + 1])) >= large;
  }
}

}  // namespace pidometer
