#pragma once

#include <utility>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/extent_stream.h"

namespace pidometer {

/// Sorted, disjoint ranges of bytes.
class RangeSet {
 public:
  RangeSet() = default;
  explicit RangeSet(std::vector<ByteRange> ranges) : ranges_(std::move(ranges)) {}

  const std::vector<ByteRange>& all() const { return ranges_; }
  /// The parts of `range` that are in the set.
  std::vector<ByteRange> common(ByteRange range) const;

 private:
  std::vector<ByteRange> ranges_;
};

/// Sorts ranges and takes out what several have in common. Ranges that touch stay apart: what lies
/// on both sides of a border need not belong together.
std::vector<ByteRange> made_disjoint(std::vector<ByteRange> ranges);

/// `ranges` (sorted, disjoint) without `taken` (the same).
std::vector<ByteRange> ranges_without(const std::vector<ByteRange>& ranges,
                                      const std::vector<ByteRange>& taken);

/// Adds an extent of a file that is no live one to its map: only `kept`, the parts of it (bytes of
/// the volume; sorted, disjoint) for which nobody else answers. The rest is lost, for `reason`.
void add_kept(const FileExtent& extent, const std::vector<ByteRange>& kept, const char* reason,
              FileMap& map);

}  // namespace pidometer
