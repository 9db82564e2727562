#include "fleet/fleet_progress.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

using std::chrono::duration;

TEST(FleetProgress, SaysRatesAndTheTimeLeft) {
  FleetProgress::Counts counts{.total = 40, .done = 12, .partial = 1, .failed = 2, .done_now = 10};
  counts.bytes_now = 6'000'000'000;
  counts.bytes_left = 9'000'000'000;
  EXPECT_EQ(FleetProgress::words(counts, duration<double>(60)),
            "12/40 done, 1 partial, 2 failed; 10 images/min, 100 MB/s, 0:01:30 left");
}

TEST(FleetProgress, PromisesNothingBeforeTheFirst) {
  const FleetProgress::Counts counts{.total = 40, .done = 5};
  EXPECT_EQ(FleetProgress::words(counts, duration<double>(9)), "5/40 done");
}

TEST(FleetProgress, GoesByImagesWhereBytesAreNotKnown) {
  const FleetProgress::Counts counts{.total = 3, .done = 2, .done_now = 2};
  EXPECT_EQ(FleetProgress::words(counts, duration<double>(7200)),
            "2/3 done; 0 images/min, 1:00:00 left");
}

TEST(FleetProgress, FitsOnALine) {
  FleetProgress::Counts counts{
      .total = 1000, .done = 999, .partial = 120, .failed = 130, .done_now = 500};
  counts.bytes_now = 5'000'000'000'000;
  counts.bytes_left = 5'000'000'000'000;
  EXPECT_LE(FleetProgress::words(counts, duration<double>(86400)).size(), 78U);
}

}  // namespace
}  // namespace pidometer
