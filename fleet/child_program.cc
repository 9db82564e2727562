#include "fleet/child_program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace pidometer {
namespace {

/// As shells say it of what they cannot execute.
constexpr int kCannotExecute = 126;

/// In the child, between fork and exec.
[[noreturn]] void become(char* const* arguments, int log, int alive, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kCannotExecute);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    const auto before = std::signal(number, SIG_DFL);
    // Of nohup(1) and the like, not of this program, which ignores the last one for itself.
    if (before == SIG_IGN && (number == SIGINT || number == SIGHUP)) std::signal(number, SIG_IGN);
  }
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(nothing, STDOUT_FILENO) < 0 ||
      ::dup2(log, STDERR_FILENO) < 0)
    ::_exit(kCannotExecute);
  ::fcntl(alive, F_SETFD, 0);
  ::execv("/proc/self/exe", arguments);
  static constexpr char kWords[] = "error: the program cannot be started once more\n";
  [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, kWords, sizeof kWords - 1);
  ::_exit(kCannotExecute);
}

}  // namespace

Result<ChildProgram> ChildProgram::start(const std::vector<std::string>& arguments,
                                         const std::string& log) {
  const std::string help = "free room, or go on with --resume where there is some";
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return fail(ErrorKind::output, "cannot write " + log, std::strerror(errno), help);
  // On a disk that its rows fill up there is room for its last words. Where the file system has no
  // such thing, it goes without; one that is full already is told at once.
  constexpr off_t kRoom = 4096;
  if (::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, kRoom) != 0 &&
      (errno == ENOSPC || errno == EDQUOT)) {
    const int reason = errno;
    ::close(file);
    return fail(ErrorKind::output, "cannot write " + log, std::strerror(reason), help);
  }
  std::array<int, 2> alive{-1, -1};
  if (::pipe2(alive.data(), O_CLOEXEC) != 0) {
    const int reason = errno;
    ::close(file);
    return fail(ErrorKind::unreadable, "cannot start another process", std::strerror(reason),
                "give a smaller --jobs");
  }
  std::string name = "pidometer";
  std::vector<char*> words = {name.data()};
  std::vector<std::string> owned = arguments;
  for (std::string& word : owned) words.push_back(word.data());
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(words.data(), file, alive[1], parent);
  const int reason = errno;
  ::close(file);
  ::close(alive[1]);
  if (pid < 0) {
    ::close(alive[0]);
    return fail(ErrorKind::unreadable, "cannot start another process", std::strerror(reason),
                "give a smaller --jobs");
  }
  return ChildProgram(pid, alive[0]);
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), alive_(std::exchange(other.alive_, -1)) {}

ChildProgram::~ChildProgram() {
  if (pid_ > 0) {
    signal(SIGKILL);
    wait();
  }
  if (alive_ >= 0) ::close(alive_);
}

ChildEnd ChildProgram::wait() {
  int status = 0;
  pid_t got = 0;
  do got = ::waitpid(pid_, &status, 0);
  while (got < 0 && errno == EINTR);
  pid_ = -1;
  ChildEnd end;
  if (got > 0 && WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  if (got > 0 && WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  return end;
}

void ChildProgram::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

}  // namespace pidometer
