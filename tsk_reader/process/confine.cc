#include "tsk_reader/process/confine.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <initializer_list>

#include "base/sha256.h"
#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/process/open_broker.h"
#include "tsk_reader/process/open_trap.h"
#include "tsk_reader/process/syscall_filter.h"

namespace pidometer {
namespace {

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    // A sanitizer's own handlers report before they end the process.
    const bool reported = signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
                          signal == SIGILL || signal == SIGABRT;
    if (!kSanitized || !reported) std::signal(signal, SIG_DFL);
  }
  // Ctrl-C in a terminal reaches the whole group: the parent decides what becomes of its readers.
  // A pipe without a reader and a file that grew too large are errors of writing.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ})
    std::signal(signal, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Leaves the process `own` and standard error, which goes nowhere but under sanitizers: text of
/// libraries is no message, and bytes of evidence do not belong on a terminal.
bool keep_only(ReaderDescriptors& own) {
  constexpr int kAside = 16;
  int at = STDERR_FILENO;
  const int aside[] = {::fcntl(own.requests, F_DUPFD, kAside),
                       ::fcntl(own.replies, F_DUPFD, kAside), ::fcntl(own.broker, F_DUPFD, kAside)};
  for (const int descriptor : aside) {
    ++at;
    if (descriptor < 0 || ::dup2(descriptor, at) != at) return false;
  }
  own = {3, 4, 5};
  if (::close_range(static_cast<unsigned>(at) + 1, ~0U, 0) != 0) {
    const long most = ::sysconf(_SC_OPEN_MAX);
    for (long descriptor = at + 1; descriptor < std::min(most, 1L << 20); ++descriptor)
      ::close(static_cast<int>(descriptor));
  }
  const int nowhere = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nowhere < 0) return false;
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (standard != STDERR_FILENO || !kSanitized) ::dup2(nowhere, standard);
  ::close(nowhere);
  return true;
}

bool limit(decltype(RLIMIT_AS) resource, std::uint64_t value) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return false;
  const rlim_t wanted = std::min<rlim_t>(value, now.rlim_max);
  now = {wanted, wanted};
  return ::setrlimit(resource, &now) == 0;
}

/// Bytes of addresses in use; 0 where the system does not tell.
std::uint64_t used_addresses() {
  unsigned long long pages = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  for (int c = std::fgetc(file); c >= '0' && c <= '9'; c = std::fgetc(file))
    pages = pages * 10 + static_cast<unsigned>(c - '0');
  std::fclose(file);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool set_limits() {
  bool all = limit(RLIMIT_CORE, 0);
  all = limit(RLIMIT_FSIZE, OpenBroker::kMostScratch) && all;
  if (!kSanitized) {
    const std::uint64_t used = used_addresses();
    all = used > 0 && limit(RLIMIT_AS, used + kReaderMemory) && all;
  }
  return all;
}

}  // namespace

Hello confine(ReaderDescriptors& own, int parent_pid, bool parent_is_main_thread) {
  Hello hello;
  // The signal comes when the thread that forked ends; a helper thread may end long before the
  // program. Without it the reader ends at its next request, or by its limit of CPU time.
  if (parent_is_main_thread) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent_pid) ::_exit(0);
  reset_signals();
  if (!keep_only(own)) ::_exit(1);
  // What libraries set up when they are first used, they do while it is allowed.
  raise_open_file_limit();
  Sha256().finish();
  hello.limits = set_limits();
  const bool no_new_rights = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  hello.seccomp = no_new_rights && trap_opens(own.broker) && load_syscall_filter();
  return hello;
}

}  // namespace pidometer
