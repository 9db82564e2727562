#include "tsk_reader/process/fork_server.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <span>

#include "tsk_reader/process/descriptor_packet.h"

namespace pidometer {
namespace {

std::atomic<ForkServer*> g_running = nullptr;

/// Requests, replies, broker and page, in this order.
using Descriptors = std::array<int, kPassedDescriptors>;

/// A child of this process's parent: fork(2) has no word for it. 0 in the child.
pid_t fork_sibling() {
  clone_args wanted{};
  wanted.flags = CLONE_PARENT;
  return static_cast<pid_t>(::syscall(SYS_clone3, &wanted, sizeof wanted));
}

[[noreturn]] void serve(int socket, pid_t program) {
  // Ctrl-C in a terminal reaches the whole group: the program decides when the server goes.
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Nobody is to wait for the end of a pipe that the program has closed.
  constexpr int kSocket = STDERR_FILENO + 1;
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0 || ::dup2(nowhere, STDIN_FILENO) < 0 || ::dup2(nowhere, STDOUT_FILENO) < 0 ||
      (!kSanitized && ::dup2(nowhere, STDERR_FILENO) < 0) ||
      (socket != kSocket && ::dup2(socket, kSocket) < 0))
    ::_exit(1);
  ::close_range(kSocket + 1, ~0U, 0);
  ReaderMain body = nullptr;
  Descriptors descriptors{};
  const auto order = std::as_writable_bytes(std::span(&body, 1));
  while (::getppid() == program && receive_packet(kSocket, order, descriptors, MSG_CMSG_CLOEXEC) ==
                                       static_cast<ssize_t>(order.size())) {
    pid_t child = -1;
    if (descriptors.back() >= 0) child = fork_sibling();
    if (child == 0) {
      ::close(kSocket);
      StepPage page(descriptors[3]);
      run_reader({descriptors[0], descriptors[1], descriptors[2]}, page, program, true, body);
    }
    for (const int descriptor : descriptors)
      if (descriptor >= 0) ::close(descriptor);
    if (::send(kSocket, &child, sizeof child, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof child))
      break;
  }
  ::_exit(0);
}

}  // namespace

std::unique_ptr<ForkServer> ForkServer::start() {
  std::array<int, 2> sockets{-1, -1};
  if (running() != nullptr ||
      ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    return nullptr;
  const pid_t program = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) serve(sockets[1], program);
  ::close(sockets[1]);
  if (child < 0) {
    ::close(sockets[0]);
    return nullptr;
  }
  std::unique_ptr<ForkServer> server(new ForkServer(child, sockets[0]));
  g_running = server.get();
  return server;
}

ForkServer::~ForkServer() {
  g_running = nullptr;
  ::close(socket_);
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

ForkServer* ForkServer::running() {
  return g_running;
}

pid_t ForkServer::fork_reader(const ReaderDescriptors& own, int page, ReaderMain body) {
  const std::scoped_lock lock(mutex_);
  // The server is a copy of this program: what stands where is the same.
  const Descriptors descriptors = {own.requests, own.replies, own.broker, page};
  if (!send_packet(socket_, std::as_bytes(std::span(&body, 1)), descriptors, 0)) return -1;
  pid_t child = -1;
  ssize_t got = 0;
  do got = ::recv(socket_, &child, sizeof child, 0);
  while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof child) ? child : -1;
}

}  // namespace pidometer
