#include "plugin/cron_log/carving/fragment_builder.h"

#include <algorithm>
#include <utility>

namespace pidometer {
namespace {

constexpr std::int64_t kHour = std::int64_t{3600} * kMicrosPerSecond;
/// Hourly jobs are the rarest that every host has.
constexpr std::int64_t kLeastStep = 2 * kHour;
/// A host whose only job is a daily one.
constexpr std::int64_t kMostStep = 26 * kHour;

/// So many bytes of other programs' lines, and what follows is another fragment: some 600 lines,
/// hours of a usual syslog.
constexpr std::uint64_t kMostPending = std::uint64_t{64} << 10;

}  // namespace

std::int64_t FragmentBuilder::longest_step() const {
  return std::clamp(2 * step_, kLeastStep, kMostStep);
}

void FragmentBuilder::add(std::uint64_t at, std::uint64_t size, std::string_view text,
                          const JudgedLine& line, bool torn) {
  const bool cron =
      line.kind == JudgedLine::Kind::record || line.kind == JudgedLine::Kind::unparsed;
  if (cron && torn) ++counts_.partial_lines;
  if (line.kind == JudgedLine::Kind::text || (!cron && !open_)) return;
  if (!open_) {
    open_ = true;
    fragment_ = {};
    fragment_.range = {at, at};
    last_time_.reset();
    step_ = pending_bytes_ = 0;
    pending_ = 0;
  }
  if (line.time) {
    if (last_time_)
      if (const auto step = step_between(*last_time_, *line.time))
        step_ = std::max(step_, std::min(*step, kMostStep));
    last_time_ = line.time;
  }
  if (!cron) {
    ++pending_;
    pending_bytes_ += size;
    if (pending_bytes_ > kMostPending) close(false);
    return;
  }
  fragment_.other_lines += pending_;
  fragment_.lines += pending_ + 1;
  pending_ = pending_bytes_ = 0;
  fragment_.range.end = at + size;
  if (line.kind == JudgedLine::Kind::unparsed) {
    ++fragment_.unparsed_lines;
    return;
  }
  ++fragment_.records;
  if (torn ? known_.contains_start(text) : known_.contains(text))
    fragment_.known.push_back(at - fragment_.range.begin);
}

void FragmentBuilder::close(bool alone) {
  if (!open_) return;
  open_ = false;
  step_ = 0;
  if (fragment_.records < 2 && !(fragment_.records == 1 && alone)) {
    counts_.lone_lines += fragment_.records;
    return;
  }
  fragment_.image = place_.image + fragment_.range.begin;
  fragment_.range.begin += place_.area;
  fragment_.range.end += place_.area;
  sink_(std::exchange(fragment_, {}));
}

}  // namespace pidometer
