#include "fleet/fleet_progress.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

using std::chrono::duration;

TEST(FleetProgress, SaysRatesAndTheTimeLeft) {
  FleetProgress progress{.total = 40, .done = 12, .partial = 1, .failed = 2, .done_now = 10};
  progress.bytes_now = 6'000'000'000;
  progress.bytes_left = 9'000'000'000;
  EXPECT_EQ(progress_words(progress, duration<double>(60)),
            "12/40 done, 1 partial, 2 failed; 10 images/min, 100 MB/s, 0:01:30 left");
}

TEST(FleetProgress, PromisesNothingBeforeTheFirst) {
  const FleetProgress progress{.total = 40, .done = 5};
  EXPECT_EQ(progress_words(progress, duration<double>(9)), "5/40 done");
}

TEST(FleetProgress, ReckonsNoDiskBySmallImages) {
  FleetProgress progress{.total = 10, .done = 9, .done_now = 9};
  progress.bytes_now = 9'000'000;
  progress.bytes_left = 1'500'000'000;
  progress.bytes_running = 1'500'000'000;
  EXPECT_EQ(progress_words(progress, duration<double>(60)), "9/10 done; 540 images/h");
}

TEST(FleetProgress, GoesByImagesWhereBytesAreNotKnown) {
  const FleetProgress progress{.total = 3, .done = 2, .done_now = 2};
  EXPECT_EQ(progress_words(progress, duration<double>(7200)),
            "2/3 done; 1.0 images/h, 1:00:00 left");
}

TEST(FleetProgress, SlowRatesAreNotNone) {
  FleetProgress progress{.total = 40, .done = 12, .done_now = 12};
  progress.bytes_now = 20'000'000'000;
  progress.bytes_left = 20'000'000'000;
  EXPECT_EQ(progress_words(progress, duration<double>(7200)),
            "12/40 done; 6.0 images/h, 2.8 MB/s, 2:00:00 left");
}

TEST(FleetProgress, FitsOnALine) {
  FleetProgress progress{
      .total = 1000, .done = 999, .partial = 120, .failed = 130, .done_now = 500};
  progress.bytes_now = 5'000'000'000'000;
  progress.bytes_left = 5'000'000'000'000;
  EXPECT_LE(progress_words(progress, duration<double>(86400)).size(), 78U);
}

}  // namespace
}  // namespace pidometer
