#include "cli/interrupt.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <utility>

namespace pidometer {
namespace {

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};

struct HalfWrittenName {
  std::atomic<bool> taken{false};
  std::atomic<bool> there{false};  ///< the name is whole
  std::array<char, PATH_MAX> path{};
};

// The globals of the program: a signal handler can reach nothing else.
std::array<std::atomic<int>, kSignals.size()> g_interrupted{};
std::array<HalfWrittenName, 16> g_half_written;  // rows, summary, report, and some to spare

// A handler may wait for nothing; several threads ask interrupted().
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void mark_interrupt(int signal) {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] != signal) continue;
    if (g_interrupted[i].exchange(1) == 0) return;
  }
  for (const HalfWrittenName& name : g_half_written)
    if (name.there) unlink(name.path.data());
  // Comes when the handler returns, and ends the program as if nobody had caught it.
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = mark_interrupt;
  for (const int signal : kSignals) sigaddset(&action.sa_mask, signal);
  // Restarted: a write that a signal cut short is no full disk.
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) {
    struct sigaction before {};
    // As nohup(1) and a shell's background leave them: ignored they stay.
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  // A reader that went away (`| head`) is an error of writing, after which files are still tidied.
  std::signal(SIGPIPE, SIG_IGN);
  // Whoever started the program may have ignored it: no child's end could be learnt then.
  std::signal(SIGCHLD, SIG_DFL);
}

bool interrupted() {
  for (const std::atomic<int>& one : g_interrupted)
    if (one != 0) return true;
  return false;
}

HalfWritten::HalfWritten(const std::string& path) {
  if (path.empty() || path.size() >= PATH_MAX) return;
  for (std::size_t i = 0; i < g_half_written.size(); ++i) {
    HalfWrittenName& name = g_half_written[i];
    if (name.taken.exchange(true)) continue;
    path.copy(name.path.data(), path.size());
    name.path[path.size()] = '\0';
    name.there = true;
    slot_ = i;
    return;
  }
}

HalfWritten::HalfWritten(HalfWritten&& other) noexcept : slot_(std::exchange(other.slot_, kNone)) {}

HalfWritten::~HalfWritten() {
  if (slot_ == kNone) return;
  g_half_written[slot_].there = false;
  g_half_written[slot_].taken = false;
}

}  // namespace pidometer
