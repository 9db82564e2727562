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
#include <cstring>

namespace pidometer {
namespace {

std::atomic<ForkServer*> g_running = nullptr;

/// Requests, replies, broker and page, in this order.
using Descriptors = std::array<int, 4>;

union Control {
  cmsghdr header;  // for its alignment
  std::array<char, CMSG_SPACE(sizeof(Descriptors))> bytes{};
};

msghdr message_of(iovec& piece, Control& control) {
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  return message;
}

bool send_order(int socket, ReaderMain body, const Descriptors& descriptors) {
  iovec piece{&body,
              sizeof body};  // the server is a copy of this program: what stands where is the same
  Control control;
  const msghdr message = message_of(piece, control);
  cmsghdr* const rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof descriptors);
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof body);
}

/// False at the end of the socket. The file limit may have cost a descriptor: -1 then.
bool receive_order(int socket, ReaderMain& body, Descriptors& descriptors) {
  descriptors.fill(-1);
  iovec piece{&body, sizeof body};
  Control control;
  msghdr message = message_of(piece, control);
  ssize_t got = 0;
  do got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof body)) return false;
  const cmsghdr* const rights = CMSG_FIRSTHDR(&message);
  if (rights != nullptr && rights->cmsg_type == SCM_RIGHTS)
    std::memcpy(descriptors.data(), CMSG_DATA(rights),
                std::min(sizeof descriptors, rights->cmsg_len - CMSG_LEN(0)));
  return true;
}

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
  while (::getppid() == program && receive_order(kSocket, body, descriptors)) {
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
  if (!send_order(socket_, body, {own.requests, own.replies, own.broker, page})) return -1;
  pid_t child = -1;
  ssize_t got = 0;
  do got = ::recv(socket_, &child, sizeof child, 0);
  while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof child) ? child : -1;
}

}  // namespace pidometer
