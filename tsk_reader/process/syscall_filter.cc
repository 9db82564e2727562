#include "tsk_reader/process/syscall_filter.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <type_traits>

#include "tsk_reader/process/confine.h"

namespace pidometer {
namespace {

/// What is harmless with any arguments. Writing is: nothing is open for writing but the pipe to
/// the parent, scratch files that the parent made and, under sanitizers, standard error. The stat
/// family tells sizes and times of files that cannot be opened, and nothing of their contents.
constexpr int kAllowed[] = {
    // files that are open
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(preadv), SCMP_SYS(preadv2),
    SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(getdents64),
    SCMP_SYS(getdents), SCMP_SYS(fadvise64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(recvmsg),
    // names and what they are
    SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(fstatfs),
    // memory
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(membarrier),
    // time, locks, signals to itself
    SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
    SCMP_SYS(time), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(restart_syscall),
    // what it is
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrusage), SCMP_SYS(getrlimit), SCMP_SYS(uname),
    SCMP_SYS(sysinfo), SCMP_SYS(getrandom),
    // the end
    SCMP_SYS(exit), SCMP_SYS(exit_group)};

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ERRNO(EPERM)), &::seccomp_release) {
    // System calls of another architecture's numbering are an attempt to get round the filter.
    ok_ = context_ != nullptr &&
          ::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
  }

  template <typename... Arguments>
  void add(std::uint32_t action, int call, Arguments... arguments) {
    ok_ = ok_ &&
          ::seccomp_rule_add(context_.get(), action, call, sizeof...(Arguments), arguments...) == 0;
  }

  bool load() { return ok_ && ::seccomp_load(context_.get()) == 0; }

 private:
  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, decltype(&::seccomp_release)> context_;
  bool ok_ = false;
};

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

}  // namespace

bool load_syscall_filter() {
  Filter filter;
  for (const int call : kAllowed) filter.add(SCMP_ACT_ALLOW, call);
  filter.add(SCMP_ACT_TRAP, SCMP_SYS(open));
  filter.add(SCMP_ACT_TRAP, SCMP_SYS(openat));
  for (const int call : {SCMP_SYS(openat2), SCMP_SYS(clone3), SCMP_SYS(faccessat2)})
    filter.add(SCMP_ACT_ERRNO(ENOSYS), call);
  for (const int call : {SCMP_SYS(access), SCMP_SYS(faccessat)})
    filter.add(SCMP_ACT_ERRNO(EACCES), call);
  // Memory never becomes code.
  const scmp_arg_cmp no_code{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), no_code);
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), no_code);
  // abort() ends this process, not another one.
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), equals(0, static_cast<std::uint64_t>(::getpid())));
  // Limits are read, not set.
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), equals(0, 0), equals(2, 0));
  for (const int command : {F_GETFL, F_GETFD, F_SETFD, F_DUPFD_CLOEXEC})
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), equals(1, static_cast<std::uint64_t>(command)));
  for (const unsigned long request : {BLKGETSIZE64, static_cast<unsigned long>(BLKSSZGET)})
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), equals(1, request));
  // UBSan writes to a pipe of its own to learn whether an address can be read.
  if (kSanitized)
    for (const int call : {SCMP_SYS(pipe), SCMP_SYS(pipe2)}) filter.add(SCMP_ACT_ALLOW, call);
  return filter.load();
}

}  // namespace pidometer
