#include "tsk_reader/process/open_trap.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <span>

#include "tsk_reader/process/descriptor_packet.h"
#include "tsk_reader/process/open_broker.h"

namespace pidometer {
namespace {

// A signal handler can reach nothing but globals; this one belongs to the reader process alone,
// which has one thread.
int g_socket = -1;

#if defined(__x86_64__)
std::uintptr_t argument(const ucontext_t& context, int index) {
  constexpr int kRegisters[] = {REG_RDI, REG_RSI, REG_RDX};
  return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[kRegisters[index]]);
}
void set_result(ucontext_t& context, long result) {
  context.uc_mcontext.gregs[REG_RAX] = result;
}
#elif defined(__aarch64__)
std::uintptr_t argument(const ucontext_t& context, int index) {
  return context.uc_mcontext.regs[index];
}
void set_result(ucontext_t& context, long result) {
  context.uc_mcontext.regs[0] = static_cast<unsigned long>(result);
}
#else
#error "the registers of a system call are known for x86_64 and aarch64 alone"
#endif

/// The question's path: absolute, or relative to the working folder. Below another folder it is
/// named by the system's word for that folder; the broker trusts neither. An errno, or 0.
int put_path(OpenQuestion& question, int folder, const char* path) {
  std::size_t length = 0;
  const auto add = [&](const char* text, std::size_t size) {
    if (size > question.path.size() - length) return false;
    std::memcpy(question.path.data() + length, text, size);
    length += size;
    return true;
  };
  if (folder != AT_FDCWD && path[0] != '/') {
    char link[32] = "/proc/self/fd/";
    std::size_t at = std::strlen(link);
    char digits[12];
    std::size_t count = 0;
    for (unsigned rest = static_cast<unsigned>(folder); count == 0 || rest > 0; rest /= 10)
      digits[count++] = static_cast<char>('0' + rest % 10);
    while (count > 0) link[at++] = digits[--count];
    link[at] = '\0';
    const ssize_t got = ::readlink(link, question.path.data(), question.path.size());
    if (got <= 0) return EACCES;
    length = static_cast<std::size_t>(got);
    if (!add("/", 1)) return ENAMETOOLONG;
  }
  if (!add(path, ::strnlen(path, question.path.size()))) return ENAMETOOLONG;
  question.length = static_cast<std::uint32_t>(length);
  return 0;
}

/// What open(2) would return: a descriptor, or an errno negated.
long ask(int folder, const char* path, int flags) {
  OpenQuestion question;
  question.flags = flags;
  if (path == nullptr) return -EFAULT;
  if (const int error = put_path(question, folder, path); error != 0) return -error;
  const std::size_t size = offsetof(OpenQuestion, path) + question.length;
  ssize_t done = 0;
  do done = ::send(g_socket, &question, size, MSG_NOSIGNAL);
  while (done < 0 && errno == EINTR);
  if (done != static_cast<ssize_t>(size)) return -EACCES;

  std::int32_t error = EACCES;
  std::array<int, kPassedDescriptors> descriptors{};
  done = receive_packet(g_socket, std::as_writable_bytes(std::span(&error, 1)), descriptors,
                        (flags & O_CLOEXEC) != 0 ? MSG_CMSG_CLOEXEC : 0);
  if (done != static_cast<ssize_t>(sizeof error)) return -EACCES;
  if (error != 0) return -error;
  // It was sent and could not be taken: this process has as many open files as it may.
  return descriptors[0] < 0 ? -EMFILE : descriptors[0];
}

extern "C" void answer_trap(int, siginfo_t* info, void* raw) {
  const int kept = errno;
  ucontext_t& context = *static_cast<ucontext_t*>(raw);
  long result = -ENOSYS;
  if (info->si_syscall == SYS_openat)
    result = ask(static_cast<int>(argument(context, 0)),
                 reinterpret_cast<const char*>(argument(context, 1)),
                 static_cast<int>(argument(context, 2)));
#ifdef SYS_open
  if (info->si_syscall == SYS_open)
    result = ask(AT_FDCWD, reinterpret_cast<const char*>(argument(context, 0)),
                 static_cast<int>(argument(context, 1)));
#endif
  set_result(context, result);
  errno = kept;
}

}  // namespace

bool trap_opens(int socket) {
  g_socket = socket;
  struct sigaction action {};
  action.sa_sigaction = answer_trap;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  return ::sigaction(SIGSYS, &action, nullptr) == 0;
}

}  // namespace pidometer
