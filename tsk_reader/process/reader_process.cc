#include "tsk_reader/process/reader_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

#include "tsk_reader/process/fork_server.h"
#include "tsk_reader/process/messages.h"

namespace pidometer {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Ctrl-C is noticed within one slice of waiting; a slice that took much longer was one in which
/// the whole program was stopped, and does not count as waiting.
constexpr milliseconds kSlice{200};

/// How long the pipe of a dying process may outlive its socket.
constexpr int kGraceMilliseconds = 100;

/// How long a new process may take to greet: it reads no evidence before that. In a host program
/// with threads a fork may catch a lock that another thread held just then (libcrypto's, say), for
/// which the child waits for ever; another fork hardly does.
constexpr milliseconds kGreetingLimit{20'000};
constexpr int kStarts = 3;

/// Large enough for a block of a log and what stands before it; the system may give less.
constexpr int kPipeBytes = 1 << 20;

/// Both ends of the three ways between parent and child.
struct Ways {
  std::array<int, 2> requests{-1, -1};  // [0] the parent's
  std::array<int, 2> replies{-1, -1};
  std::array<int, 2> broker{-1, -1};

  bool open() {
    std::array<int, 2> pipe{-1, -1};
    const bool all = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, requests.data()) == 0 &&
                     ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, broker.data()) == 0 &&
                     ::pipe2(pipe.data(), O_CLOEXEC) == 0;
    if (all) ::fcntl(pipe[1], F_SETPIPE_SZ, kPipeBytes);
    replies = pipe;
    return all;
  }
  void close_side(std::size_t side) {
    for (auto* way : {&requests, &replies, &broker})
      if (const int descriptor = std::exchange((*way)[side], -1); descriptor >= 0)
        ::close(descriptor);
  }
};

/// No signal handler of the host's runs in the child before it is confined, which resets them and
/// this mask.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// pidfd_open(2), since Linux 5.3; -1 where the system has none.
int open_process(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// pidfd_send_signal(2). False where that process is gone.
bool signal_process(int process, int signal) {
  return ::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0) == 0;
}

/// As waitpid(2) gives it.
int wait_status(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
}

/// By the fork server, if there is one that can; else by this process.
pid_t fork_reader(const ReaderDescriptors& own, StepPage& page, const ReaderBody& body) {
  ForkServer* const server = ForkServer::running();
  const ReaderMain* const plain = body.target<ReaderMain>();
  if (server != nullptr && plain != nullptr && page.descriptor() >= 0)
    if (const pid_t child = server->fork_reader(own, page.descriptor(), *plain); child > 0)
      return child;
  const pid_t parent = ::getpid();
  const bool is_main = ::gettid() == parent;
  const pid_t child = ::fork();
  if (child == 0) run_reader(own, page, parent, is_main, body);
  return child;
}

std::string signal_words(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return "was ended by signal " + std::to_string(signal) +
         (name == nullptr ? std::string() : " (SIG" + std::string(name) + ")");
}

}  // namespace

Result<std::unique_ptr<ReaderProcess>> ReaderProcess::start(const OpenPolicy& policy,
                                                            const ReaderOptions& options,
                                                            const ReaderBody& body) {
  bool stalled = false;
  for (int left = kStarts;; --left) {
    stalled = false;
    auto started = start_once(policy, options, body, stalled);
    if (started || !stalled || left <= 1) return started;
  }
}

Result<std::unique_ptr<ReaderProcess>> ReaderProcess::start_once(const OpenPolicy& policy,
                                                                 const ReaderOptions& options,
                                                                 const ReaderBody& body,
                                                                 bool& stalled) {
  Ways ways;
  const auto failed = [&ways](const char* what) {
    const int error = errno;
    // to say why may take a descriptor: sanitizers look at memory through a pipe
    ways.close_side(0);
    ways.close_side(1);
    return fail(ErrorKind::unreadable, "cannot start a process that reads the evidence",
                std::string(what) + ": " + std::generic_category().message(error),
                "free memory, processes or open files and run again");
  };
  std::unique_ptr<ReaderProcess> process(new ReaderProcess(options));
  if (!ways.open()) return failed("no pipes");
  pid_t child = -1;
  {
    const SignalsHeld held;
    child = fork_reader({ways.requests[1], ways.replies[1], ways.broker[1]}, process->page_, body);
    // While signals are held a handler of this thread cannot have reaped it.
    if (child > 0) process->process_ = open_process(child);
  }
  if (child < 0) return failed("fork");
  process->pid_ = child;
  process->requests_ = std::exchange(ways.requests[0], -1);
  process->replies_ = std::exchange(ways.replies[0], -1);
  process->broker_ = std::make_unique<OpenBroker>(policy, std::exchange(ways.broker[0], -1));
  ways.close_side(1);

  const milliseconds step = options.step_limit * ReaderOptions::kWallFactor;
  const std::optional<Message> first =
      process->receive_within(step.count() > 0 ? std::min(step, kGreetingLimit) : kGreetingLimit);
  stalled = !first && process->timed_out_;
  const std::optional<Reply> reply = first ? from_wire<Reply>(first->head) : std::nullopt;
  const Hello* const hello = reply ? std::get_if<Hello>(&*reply) : nullptr;
  if (hello == nullptr)
    return fail(
        ErrorKind::unreadable, "cannot start a process that reads the evidence",
        "the reader process " + (first ? std::string("did not greet") : process->end_.words));
  if (hello->limits) process->isolation_ += ", limits";
  if (hello->seccomp) process->isolation_ += ", seccomp";
  return process;
}

ReaderProcess::~ReaderProcess() {
  if (pid_ > 0) finish("was no longer needed");
  if (process_ >= 0) ::close(process_);
  if (requests_ >= 0) ::close(requests_);
  if (replies_ >= 0) ::close(replies_);
}

/// Sets the limit to the CPU time used so far and a step's on top. Whole seconds, rounded up.
void ReaderProcess::grant_cpu_time() {
  if (options_.step_limit.count() <= 0) return;
  // Whatever has its number now, where the host took it off our hands.
  if (process_ >= 0 && !signal_process(process_, 0)) return;
  clockid_t clock = 0;
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return;
  rlimit limit{};
  if (::prlimit(pid_, RLIMIT_CPU, nullptr, &limit) != 0) return;
  const auto wanted = static_cast<rlim_t>(used.tv_sec + options_.step_limit.count() + 1);
  // The hard limit stays: it could not be raised again.
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::prlimit(pid_, RLIMIT_CPU, &limit, nullptr);
}

bool ReaderProcess::send(std::string_view message) {
  if (pid_ <= 0) return false;
  grant_cpu_time();
  if (send_message(requests_, message)) return true;
  finish({});
  return false;
}

std::optional<Message> ReaderProcess::receive(Message reuse) {
  return receive_within(options_.step_limit * ReaderOptions::kWallFactor, std::move(reuse));
}

std::optional<Message> ReaderProcess::receive_within(milliseconds most, Message reuse) {
  milliseconds waited{0};
  while (pid_ > 0) {
    std::array<pollfd, 2> ways{pollfd{replies_, POLLIN, 0}, pollfd{broker_->socket(), POLLIN, 0}};
    const auto start = steady_clock::now();
    const int ready = ::poll(ways.data(), ways.size(), static_cast<int>(kSlice.count()));
    if (ready < 0 && errno != EINTR) {
      finish("cannot be waited for");
      break;
    }
    if (options_.should_stop && options_.should_stop()) {
      end_.interrupted = true;
      finish("was interrupted");
      break;
    }
    if (ready <= 0) {
      const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
      waited += std::min(took, kSlice);
      timed_out_ = most.count() > 0 && waited >= most;
      if (timed_out_)
        finish("answered nothing for " +
               std::to_string(std::chrono::duration_cast<std::chrono::seconds>(most).count()) +
               " s");
      continue;
    }
    // The pipe first: of a process that is gone both are at their end, and the pipe may hold a
    // reply.
    if (ways[0].revents == 0) {
      if (broker_->serve()) continue;
      pollfd pipe{replies_, POLLIN, 0};
      if (::poll(&pipe, 1, kGraceMilliseconds) == 0) break_off();
      continue;
    }
    const std::span<std::byte> room = assembler_.room();
    const ssize_t got = ::read(replies_, room.data(), room.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      finish({});
      break;
    }
    waited = milliseconds{0};
    switch (assembler_.took(static_cast<std::size_t>(got))) {
      case MessageAssembler::State::incomplete:
        break;
      case MessageAssembler::State::complete:
        return assembler_.take(std::move(reuse));
      case MessageAssembler::State::broken:
        break_off();
        break;
    }
  }
  return std::nullopt;
}

void ReaderProcess::break_off() {
  end_.broke_protocol = true;
  finish("sent a reply that breaks the protocol");
}

std::string ReaderProcess::status_words(int status) const {
  if (WIFSIGNALED(status)) {
    if (WTERMSIG(status) == SIGXCPU)
      return "took more than " + std::to_string(options_.step_limit.count()) + " s of CPU time";
    return signal_words(WTERMSIG(status));
  }
  if (WEXITSTATUS(status) == kStatusOutOfMemory)
    return "ran out of its " + std::to_string(kReaderMemory >> 20) + " MiB of memory";
  if (WEXITSTATUS(status) == kStatusException) return "gave up with an exception";
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

/// Kills and reaps the child. Without `words` its own end says why; a process that already ended
/// keeps its status, however it is killed now. A host that reaps all children, or ignores SIGCHLD,
/// may have freed its number for another process: only the descriptor means this one for certain.
void ReaderProcess::finish(std::string words) {
  if (pid_ <= 0) return;
  int status = 0;
  bool done = false;
  if (process_ >= 0) {
    signal_process(process_, SIGKILL);
    siginfo_t info{};
    int waited = 0;
    do waited = ::waitid(P_PIDFD, static_cast<id_t>(process_), &info, WEXITED);
    while (waited < 0 && errno == EINTR);
    done = waited == 0;
    status = wait_status(info);
  } else {
    ::kill(pid_, SIGKILL);
    pid_t waited = 0;
    do waited = ::waitpid(pid_, &status, 0);
    while (waited < 0 && errno == EINTR);
    done = waited == pid_;
  }
  if (words.empty()) words = done ? status_words(status) : "ended";
  pid_ = -1;
  end_.words = std::move(words);
}

}  // namespace pidometer
