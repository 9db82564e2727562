#include "fleet/heartbeat.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

namespace pidometer {

Heartbeat::Heartbeat(std::chrono::milliseconds pause, std::function<void()> beat)
    : beat_(std::move(beat)) {
  try {
    thread_ = std::thread([this, pause] { run(pause); });
  } catch (const std::system_error&) {
    // A status that gets old is better than no run.
  }
}

Heartbeat::~Heartbeat() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Heartbeat::run(std::chrono::milliseconds pause) {
  using Clock = std::chrono::steady_clock;
  Clock::duration wait = pause;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, wait, [this] { return over_; })) {
    lock.unlock();
    const Clock::time_point begun = Clock::now();
    try {
      beat_();
    } catch (const std::exception&) {
      // As above; the run itself says what the matter is when it writes.
    }
    wait = std::max<Clock::duration>(pause, kHeartbeatShare * (Clock::now() - begun));
    lock.lock();
  }
}

}  // namespace pidometer
