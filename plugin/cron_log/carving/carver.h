#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/log_file.h"
#include "plugin/cron_log/carving/known_lines.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Lines of a cron log that follow one another in one run of bytes.
struct CarvedFragment {
  ByteRange range;            ///< in the area
  std::uint64_t image = 0;    ///< where it begins in the image
  std::uint64_t lines = 0;    ///< records, other and unparsed ones
  std::uint64_t records = 0;  ///< known ones too
  std::uint64_t other_lines = 0;
  std::uint64_t unparsed_lines = 0;
  std::vector<std::uint64_t> known;  ///< starts of the records that stand in a live log too, in
                                     ///< bytes of the fragment; ascending
};

/// What became of an area.
struct CarvingCounts {
  std::uint64_t bytes = 0;          ///< looked at
  std::uint64_t partial_lines = 0;  ///< cut by the border of a block; never completed by guess
  std::uint64_t lone_lines = 0;  ///< records without a neighbour: text that quotes a log has such
  bool stopped = false;
  std::optional<Error> error;  ///< what ended the area before its end

  CarvingCounts& operator+=(const CarvingCounts& other);
};

using FragmentSink = std::function<void(CarvedFragment)>;
/// Receives where in the area a journal of systemd begins, by the first bytes of a block, and where
/// it ends by its own word: at the area's end at most.
using JournalSink = std::function<void(ByteRange)>;

/// Finds cron lines in the bytes of `area` (Recovery::is_area), one extent after the other; parts
/// of the image in `skip` (sorted, disjoint) are left out. Streams, in bounded memory.
///
/// A fragment is a run of lines with a time and a program's name at their start, at least two of
/// them cron's, or one that is all that a block holds. Plain text, control characters, the end of
/// an extent and a jump in time at the border of a block end it. A line that reaches across the
/// border of a block is taken only where the line behind it goes on in time: else two pieces of two
/// lines would make one that nobody wrote.
CarvingCounts carve(
    const LogFile& area, std::span<const ByteRange> skip, const KnownLines& known,
    const ReadMonitor& monitor, const FragmentSink& sink,
    const JournalSink& journals = [](ByteRange) {});

}  // namespace pidometer
