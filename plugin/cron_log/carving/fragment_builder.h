#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "plugin/cron_log/carving/carver.h"
#include "plugin/cron_log/carving/line_judge.h"

namespace pidometer {

/// Where a fragment stands: offsets that the builder adds to what it is told.
struct SegmentPlace {
  std::uint64_t area = 0;   ///< of the segment's first byte in the area
  std::uint64_t image = 0;  ///< and in the image
};

/// Collects the lines of one run until it ends. Lines of other programs belong to a fragment only
/// between two of cron's.
class FragmentBuilder {
 public:
  FragmentBuilder(SegmentPlace place, const KnownLines& known, CarvingCounts& counts,
                  const FragmentSink& sink)
      : place_(place), known_(known), counts_(counts), sink_(sink) {}

  bool open() const { return open_; }

  /// Of the last line that had a time; nothing before the first.
  const std::optional<UndatedTime>& last_time() const { return last_time_; }

  /// How far apart two lines on both sides of a block's border may be to be neighbours: twice the
  /// longest step seen so far, within reason.
  std::int64_t longest_step() const;

  /// A line of the run at `at`, `size` bytes with its line feed. `torn`: it lost its end.
  void add(std::uint64_t at, std::uint64_t size, std::string_view text, const JudgedLine& line,
           bool torn);

  /// The run ends. A single record is a fragment only where it is `alone`: all that its block
  /// holds.
  void close(bool alone);

 private:
  SegmentPlace place_;
  const KnownLines& known_;
  CarvingCounts& counts_;
  const FragmentSink& sink_;
  bool open_ = false;
  CarvedFragment fragment_;    ///< up to the last line of cron's; offsets of the segment
  std::uint64_t pending_ = 0;  ///< other lines behind that
  std::uint64_t pending_bytes_ = 0;
  std::optional<UndatedTime> last_time_;
  std::int64_t step_ = 0;
};

}  // namespace pidometer
