#include "plugin/pid_clock/tick.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "plugin/pid_clock/most_labels.h"

namespace pidometer {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

std::uint16_t local_minute(const Reading& r) {
  const auto local = r.time + std::chrono::minutes(r.utc_offset_minutes);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return static_cast<std::uint16_t>(
      std::chrono::duration_cast<std::chrono::minutes>(local - day).count());
}

std::int64_t difference(Pid a, Pid b) {
  return static_cast<std::int64_t>(a) - static_cast<std::int64_t>(b);
}

class TickFormer {
 public:
  TickFormer(const std::vector<Reading>& readings, std::int64_t wrap_in_tick)
      : readings_(readings) {
    series_.wrap_in_tick = wrap_in_tick;
    // As many as there can be: growing would hold them twice, and what is not written to takes no
    // memory.
    series_.ticks.reserve(readings.size());
  }

  TickSeries run() {
    for (index_ = 0; index_ < readings_.size(); ++index_) {
      const Reading& r = readings_[index_];
      if (r.lost_before == Loss::damaged) close();
      lost_ = std::max(lost_, r.lost_before);
      switch (r.kind) {
        case ReadingKind::job:
          add_job(r);
          break;
        case ReadingKind::pseudo:
          if (open_ && labels_.size() < kMostLabels &&
              std::ranges::find(labels_, r.label) == labels_.end())
            labels_.push_back(r.label);
          break;
        case ReadingKind::boot:
          close();
          startup_ = true;
          series_.startups.push_back(
              {static_cast<std::uint32_t>(series_.ticks.size()), r.record, r.time, r.pid});
          break;
        case ReadingKind::event:
        case ReadingKind::check:
          break;
      }
    }
    close();
    return std::move(series_);
  }

 private:
  void add_job(const Reading& r) {
    if (open_ && !belongs(r)) close();
    // one process runs one job: the line stands there twice
    if (open_ && r.pid == newest_.pid && r.label == newest_.label) return;
    newest_ = r;
    if (!open_) {
      tick_ = Tick{};
      tick_.time = r.time;
      tick_.pid = r.pid;
      tick_.record = r.record;
      tick_.first_read = static_cast<std::uint32_t>(index_);
      tick_.minute = local_minute(r);
      tick_.utc_offset_minutes = r.utc_offset_minutes;
      tick_.after_startup = startup_;
      tick_.lost_before = lost_;
      tick_.boot = r.boot;
      largest_ = r.pid;
      start_ = r.time;
      labels_.clear();
      open_ = true;
      startup_ = false;
      lost_ = Loss::none;
    } else {
      const std::int64_t step = difference(r.pid, tick_.pid);
      if ((step < 0 && step > -series_.wrap_in_tick) || step > series_.wrap_in_tick) {
        tick_.time = r.time;
        tick_.pid = r.pid;
        tick_.record = r.record;
      }
      // across a wrap the larger number is the older PID
      if (const std::int64_t ahead = difference(r.pid, largest_);
          (ahead > 0 && ahead < series_.wrap_in_tick) || ahead < -series_.wrap_in_tick)
        largest_ = r.pid;
    }
    labels_.push_back(r.label);
    if (tick_.jobs < std::numeric_limits<std::uint16_t>::max()) ++tick_.jobs;
  }

  bool belongs(const Reading& r) const {
    if (r.boot != tick_.boot && r.boot != 0 && tick_.boot != 0) return false;
    if (std::chrono::abs(r.time - start_) > kTickSpan || labels_.size() >= kMostLabels)
      return false;
    // of many like lines the last is far from the first, and beside the ones before it
    if (difference(r.pid, tick_.pid) >= -kTickPids && difference(r.pid, largest_) <= kTickPids)
      return true;
    return std::ranges::find(labels_, r.label) == labels_.end();
  }

  void close() {
    if (!open_) return;
    tick_.items = series_.item_sets.intern(labels_);
    if (const std::int64_t span = difference(largest_, tick_.pid); span >= 0)  // else it wrapped
      tick_.span = static_cast<std::uint8_t>(
          std::min<std::int64_t>(span, std::numeric_limits<std::uint8_t>::max()));
    tick_.reads = static_cast<std::uint16_t>(std::min<std::size_t>(
        index_ - tick_.first_read, std::numeric_limits<std::uint16_t>::max()));
    series_.ticks.push_back(tick_);
    open_ = false;
  }

  const std::vector<Reading>& readings_;
  TickSeries series_;
  std::size_t index_ = 0;
  Tick tick_;
  Timestamp start_;
  Reading newest_;   ///< of the open tick
  Pid largest_ = 0;  ///< of its fresh PIDs
  std::vector<std::uint32_t> labels_;
  bool open_ = false;
  bool startup_ = false;
  Loss lost_ = Loss::none;
};

}  // namespace

TickSeries form_ticks(const std::vector<Reading>& readings, std::int64_t wrap_in_tick) {
  return TickFormer(readings, wrap_in_tick).run();
}

}  // namespace pidometer
