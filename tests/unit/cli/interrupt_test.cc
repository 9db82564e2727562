#include "cli/interrupt.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>

#include "cli/output_file.h"
#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

/// How a process ended that did `work`: the signal, or minus its status.
int ended_by(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    catch_interrupts();
    work();
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

/// From now on the kernel has no files without a name, as that of NFS has none.
bool refuse_nameless_files() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  constexpr scmp_datum_t kNameless = O_TMPFILE & ~O_DIRECTORY;
  const scmp_arg_cmp nameless{2, SCMP_CMP_MASKED_EQ, kNameless, kNameless};
  const bool refused = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(openat),
                                              1, &nameless) == 0 &&
                       seccomp_load(filter) == 0;
  seccomp_release(filter);
  return refused;
}

TEST(Interrupt, TheFirstIsAMarkAndTheSecondEndsTheProgram) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EQ(ended_by([&] {
                std::raise(signal);
                _exit(interrupted() ? 0 : 1);
              }),
              0);
    EXPECT_EQ(ended_by([&] {
                std::raise(signal);
                std::raise(signal);
              }),
              signal);
  }
}

TEST(Interrupt, WhatWasIgnoredStaysSo) {
  EXPECT_EQ(ended_by([] {
              std::signal(SIGHUP, SIG_IGN);
              std::signal(SIGCHLD, SIG_IGN);
              catch_interrupts();
              std::raise(SIGHUP);
              std::raise(SIGHUP);
              const pid_t child = fork();
              if (child == 0) _exit(0);
              int status = 0;
              _exit(!interrupted() && waitpid(child, &status, 0) == child ? 0 : 1);
            }),
            0);
}

TEST(Interrupt, WhatIsHalfWrittenGoesWithTheProgram) {
  const TemporaryFolder folder;
  EXPECT_EQ(ended_by([&] {
              if (!refuse_nameless_files()) _exit(2);
              Result<OutputFile> kept = OutputFile::create(folder.file("kept"), false);
              if (!kept || !kept->write("whole") || !kept->commit()) _exit(3);
              Result<OutputFile> half = OutputFile::create(folder.file("half"), false);
              if (!half || !half->write("half") || folder.entries() != 2) _exit(4);
              std::raise(SIGINT);
              std::raise(SIGINT);
            }),
            SIGINT);
  EXPECT_EQ(folder.entries(), 1U);
  EXPECT_EQ(folder.read("kept"), "whole");
}

TEST(Interrupt, HasRoomForAFewNamesAgainAndAgain) {
  const TemporaryFolder folder;
  EXPECT_EQ(ended_by([&] {
              for (int i = 0; i < 100; ++i) HalfWritten gone(folder.file("gone"));
              folder.write("gone", "");
              folder.write("half", "");
              const HalfWritten half(folder.file("half"));
              std::raise(SIGTERM);
              std::raise(SIGTERM);
            }),
            SIGTERM);
  EXPECT_EQ(folder.entries(), 1U);
}

}  // namespace
}  // namespace pidometer
