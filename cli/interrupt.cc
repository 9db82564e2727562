#include "cli/interrupt.h"

#include <csignal>
#include <initializer_list>

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
  // Restarted: a write that a signal cut short is no full disk.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  // A reader that went away (`| head`) is an error of writing, after which files are still tidied.
  std::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() {
  return g_interrupted != 0;
}

}  // namespace pidometer
