#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace pidometer {

/// How old the status gets while nothing changes: a monitor takes a minute without news for a
/// death.
inline constexpr std::chrono::milliseconds kHeartbeat{10000};
/// What is done at times takes at most a twentieth of the time.
inline constexpr int kHeartbeatShare = 20;

/// Does something at times, from a thread of its own, while work goes on that tells of nothing
/// meanwhile. What it touches is its own as long as this lives: whoever ends it waits for the beat
/// that is under way. No program may be started meanwhile (ChildProgram). Where the system gives no
/// thread, nothing is done.
class Heartbeat {
 public:
  /// The first beat comes after `pause`.
  Heartbeat(std::chrono::milliseconds pause, std::function<void()> beat);
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  ~Heartbeat();

 private:
  void run(std::chrono::milliseconds pause);

  std::function<void()> beat_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace pidometer
