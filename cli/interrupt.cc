#include "cli/interrupt.h"

#include <csignal>

namespace pidometer {
namespace {

// The one global of the program: a signal handler can reach nothing else.
volatile std::sig_atomic_t g_interrupted = 0;

extern "C" void mark_interrupt(int) {
  g_interrupted = 1;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = mark_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return g_interrupted != 0;
}

}  // namespace pidometer
