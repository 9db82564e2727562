#include "fleet/heartbeat.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <thread>

namespace pidometer {
namespace {

using std::chrono::milliseconds;

void wait_until(const std::function<bool()>& reached) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!reached() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(1));
}

TEST(Heartbeat, BeatsUntilItEnds) {
  std::atomic<int> beats{0};
  {
    const Heartbeat heart(milliseconds(1), [&] { ++beats; });
    wait_until([&] { return beats >= 3; });
  }
  const int after = beats;
  EXPECT_GE(after, 3);
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(beats, after);
}

/// What the beat touches is the other thread's alone until then; not atomic, so that a tool sees a
/// race where there is one.
TEST(Heartbeat, ItsEndWaitsForTheBeatUnderWay) {
  std::atomic<bool> begun{false};
  int touched = 0;
  {
    const Heartbeat heart(milliseconds(1), [&] {
      begun = true;
      std::this_thread::sleep_for(milliseconds(30));
      ++touched;
    });
    wait_until([&] { return begun.load(); });
  }
  EXPECT_GE(touched, 1);
}

TEST(Heartbeat, EndsAtOnceWhereItsPauseIsLong) {
  const auto start = std::chrono::steady_clock::now();
  {
    const Heartbeat heart(std::chrono::hours(1), [] { ADD_FAILURE(); });
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(5));
}

// Without memory for a large status the run goes on, and the next beat may have some.
TEST(Heartbeat, GoesOnAfterABeatThatThrows) {
  std::atomic<int> beats{0};
  const Heartbeat heart(milliseconds(1), [&] {
    ++beats;
    throw std::bad_alloc();
  });
  wait_until([&] { return beats >= 3; });
  EXPECT_GE(beats, 3);
}

/// A large status on a slow share is not written all the time.
TEST(Heartbeat, TakesATwentiethOfTheTime) {
  std::atomic<int> beats{0};
  const auto start = std::chrono::steady_clock::now();
  {
    const Heartbeat heart(milliseconds(1), [&] {
      ++beats;
      std::this_thread::sleep_for(milliseconds(20));
    });
    wait_until([&] { return beats >= 2; });
  }
  EXPECT_GE(std::chrono::steady_clock::now() - start, kHeartbeatShare * milliseconds(20));
}

}  // namespace
}  // namespace pidometer
