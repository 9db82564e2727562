#include "tsk_reader/container/ewf/ewf_layout.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

/// A segment of runs, each of `chunks` chunks (negative: that many, and an unknown rest).
EwfSegment segment(std::uint32_t number, std::vector<int> chunks, bool is_last = false) {
  EwfSegment out;
  out.number = number;
  out.is_last = is_last;
  for (const int count : chunks) {
    EwfRun run;
    run.starts.resize(static_cast<std::size_t>(std::abs(count)));
    run.exact = count >= 0;
    if (count < 0) out.damage = "cut";
    out.runs.push_back(std::move(run));
  }
  return out;
}

/// A segment whose file ends behind its last run.
EwfSegment cut(EwfSegment segment) {
  segment.is_cut = true;
  segment.damage = "cut";
  return segment;
}

struct Case {
  const char* name;
  std::vector<EwfSegment> segments;
  std::uint64_t chunks;
  std::vector<std::uint64_t> placed;  // first chunks of the runs, in order
  std::vector<DamagedRange> lost;
};

TEST(EwfLayout, CountsFromBothEnds) {
  const std::vector<Case> cases = {
      {"whole", {segment(1, {10, 5}), segment(2, {5}, true)}, 20, {0, 10, 15}, {}},
      {"middle missing",
       {segment(1, {10}), segment(3, {4}, true)},
       20,
       {0, 16},
       {{{10, 16}, "segment 2 is missing"}}},
      {"two missing together",
       {segment(1, {10}), segment(4, {4}, true)},
       20,
       {0, 16},
       {{{10, 16}, "segment 2 to 3 is missing"}}},
      {"what lies between two holes has no place",
       {segment(1, {5}), segment(3, {5}), segment(5, {5}, true)},
       25,
       {0, 20},
       {{{5, 20}, "segment 2 is missing, segment 4 is missing"}}},
      {"tail missing",
       {segment(1, {10}), segment(2, {4})},
       20,
       {0, 10},
       {{{14, 20}, "segment 3 and what follows is missing"}}},
      {"middle cut short",
       {segment(1, {5}), segment(2, {-3}), segment(3, {5}, true)},
       20,
       {0, 5, 15},
       {{{8, 15}, "segment 2 is damaged: cut"}}},
      {"a stub",
       {segment(1, {5}), cut(segment(2, {})), segment(3, {5}, true)},
       20,
       {0, 15},
       {{{5, 15}, "segment 2 is damaged: cut"}}},
      {"cut behind a run",
       {segment(1, {5}), cut(segment(2, {4})), segment(3, {5}, true)},
       20,
       {0, 5, 15},
       {{{9, 15}, "segment 2 is damaged: cut"}}},
      {"cut behind its last run",
       {segment(1, {5}), cut(segment(2, {10})), segment(3, {5}, true)},
       20,
       {0, 5, 15},
       {}},
      {"first cut short",
       {segment(1, {-3}), segment(2, {5}, true)},
       20,
       {0, 15},
       {{{3, 15}, "segment 1 is damaged: cut"}}},
      {"more chunks than media: nothing can be believed",
       {segment(1, {15}), segment(2, {15}, true)},
       20,
       {},
       {{{0, 20}, "the counts of chunks contradict the size of the media"}}},
      {"fewer chunks than media, and nothing known to be missing",
       {segment(1, {5}), segment(2, {5}, true)},
       20,
       {0, 5},
       {{{10, 20}, "the counts of chunks contradict the size of the media"}}},
      {"front and back overlap",
       {segment(1, {10}), segment(3, {15}, true)},
       20,
       {0},
       {{{10, 20}, "the counts of chunks contradict the size of the media"}}},
  };
  for (const Case& one : cases) {
    const EwfLayout layout = lay_out_chunks(one.segments, one.chunks);
    std::vector<std::uint64_t> placed;
    for (const EwfPlacedRun& run : layout.runs) placed.push_back(run.first_chunk);
    EXPECT_EQ(placed, one.placed) << one.name;
    EXPECT_EQ(layout.lost, one.lost) << one.name;
  }
}

}  // namespace
}  // namespace pidometer
