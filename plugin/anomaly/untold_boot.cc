#include "plugin/anomaly/untold_boot.h"

#include <algorithm>
#include <cmath>

#include "plugin/pid_clock/pid_range.h"

namespace pidometer {
namespace {

// A boot comes so shortly before the counter would have wrapped by chance once in twenty times.
constexpr double kShortlyBefore = 0.05;

}  // namespace

WrapInstead wrap_instead_of(const PidClock& clock, const BootSession& session) {
  if (!session.counter_restarted || session.startup || session.first_tick == 0) return {};
  const Tick& before = clock.ticks[session.first_tick - 1];
  const Tick& behind = clock.ticks[session.first_tick];
  const std::int64_t seconds = whole_seconds(before, behind);
  if (other_boot(before, behind) || behind.lost_before == Loss::damaged || seconds < 0 ||
      before.pid >= clock.range.pid_max || behind.pid < kReservedPids)
    return {};
  const FallTerms terms = clock.range.terms_of(before.pid, behind.pid, seconds, 0);
  if (terms.wrapped > terms.wrap_known) return {};
  WrapInstead wrap;
  wrap.excess = std::max<std::int64_t>(0, std::llround(terms.wrapped - terms.usual));
  wrap.shortly_before =
      wrap.excess > 0 &&
      terms.wrapped <= kShortlyBefore * static_cast<double>(clock.range.pid_max - kReservedPids);
  return wrap;
}

WrapInstead wrap_instead_behind(const PidClock& clock, std::uint32_t tick) {
  const auto session =
      std::ranges::lower_bound(clock.sessions, tick + 1, {}, &BootSession::first_tick);
  if (session == clock.sessions.end() || session->first_tick != tick + 1) return {};
  // a session may have a STARTUP line alone, and no tick
  for (auto same = session; same != clock.sessions.end() && same->first_tick == session->first_tick;
       ++same)
    if (same->end_tick > same->first_tick) return wrap_instead_of(clock, *same);
  return {};
}

}  // namespace pidometer
