#pragma once

#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace pidometer {

/// Whether `check` holds in a process whose file systems have no hard links, as FAT and many shares
/// have none: link() and linkat() give EPERM there, as the kernel does for those (link(2)).
inline bool holds_without_links(const std::function<void()>& check) {
  const pid_t child = fork();
  if (child == 0) {
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool refused = true;
    for (const int call : {SCMP_SYS(link), SCMP_SYS(linkat)})
      refused =
          seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 0, nullptr) == 0 && refused;
    EXPECT_TRUE(refused && seccomp_load(filter) == 0);
    check();
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace pidometer
