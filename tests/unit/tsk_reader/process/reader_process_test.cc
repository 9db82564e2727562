#include "tsk_reader/process/reader_process.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

#include "tsk_reader/process/messages.h"

namespace pidometer {
namespace {

ReaderOptions one_second() {
  ReaderOptions options;
  options.step_limit = std::chrono::seconds(1);
  return options;
}

/// Why a reader with this body ended, when it was asked for something.
ReaderEnd end_of(const ReaderBody& body, const ReaderOptions& options = one_second(),
                 StepSeen* step = nullptr) {
  auto started = ReaderProcess::start(OpenPolicy({}), options, body);
  EXPECT_TRUE(started);
  if (!started) return {};
  ReaderProcess& process = **started;
  process.send(to_wire<Request>(ReportRequest{}));
  EXPECT_FALSE(process.receive());
  if (step != nullptr) *step = process.step();
  return process.end();
}

/// Waits for the request, so that its limits are in force.
void await_request(const ReaderDescriptors& own) {
  receive_message(own.requests);
}

TEST(ReaderProcess, SaysWhatEndedIt) {
  StepSeen step;
  EXPECT_EQ(end_of(
                [](const ReaderDescriptors& own, PageStepNote& steps) {
                  await_request(own);
                  steps.at(Step::file_system, "p2", {});
                  std::signal(SIGSEGV, SIG_DFL);
                  std::raise(SIGSEGV);
                },
                one_second(), &step)
                .words,
            "was ended by signal 11 (SIGSEGV)");
  EXPECT_EQ(step.words(), "opening the filesystem of p2");
  EXPECT_EQ(end_of([](const ReaderDescriptors& own, PageStepNote&) {
              await_request(own);
              throw std::bad_alloc();
            }).words,
            "ran out of its 1024 MiB of memory");
  EXPECT_EQ(end_of([](const ReaderDescriptors&, PageStepNote&) { ::_exit(3); }).words,
            "ended with status 3");
  EXPECT_EQ(end_of([](const ReaderDescriptors& own, PageStepNote&) {
              await_request(own);
              throw std::runtime_error("x");
            }).words,
            "gave up with an exception");
}

TEST(ReaderProcess, AnEndlessLoopIsEnded) {
  const std::string words = end_of([](const ReaderDescriptors& own, PageStepNote&) {
                              await_request(own);
                              for (std::atomic<unsigned> i = 0;;) ++i;
                            }).words;
  // On a loaded machine the time to answer may run out before the CPU time.
  if (words != "answered nothing for 4 s") {
    EXPECT_EQ(words, "took more than 1 s of CPU time");
  }
}

TEST(ReaderProcess, ASleeperIsEnded) {
  EXPECT_EQ(end_of([](const ReaderDescriptors&, PageStepNote&) {
              for (;;) ::usleep(100'000);
            }).words,
            "answered nothing for 4 s");
}

TEST(ReaderProcess, EndlessMemoryIsNotGiven) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need the address space themselves";
  ReaderOptions patient;  // MALLOC_PERTURB_, which the runner sets, writes to all of it
  EXPECT_EQ(end_of(
                [](const ReaderDescriptors&, PageStepNote&) {
                  std::vector<std::vector<char>> all;
                  for (;;) all.emplace_back().reserve(16 << 20);
                },
                patient)
                .words,
            "ran out of its 1024 MiB of memory");
}

TEST(ReaderProcess, GarbageIsNoReply) {
  for (const std::string& bytes : {std::string(64, '\xff'), std::string(64, '\0'),
                                   std::string("\x05\0\0\0\xff\xff\xff\x7f", 8)}) {
    const ReaderEnd end = end_of([&](const ReaderDescriptors& own, PageStepNote&) {
      await_request(own);
      if (::write(own.replies, bytes.data(), bytes.size()) < 0) ::_exit(9);
      for (;;) ::usleep(100'000);
    });
    EXPECT_EQ(end.words, "sent a reply that breaks the protocol");
    EXPECT_TRUE(end.broke_protocol);
  }
}

TEST(ReaderProcess, AnInterruptEndsTheWaiting) {
  ReaderOptions options;
  int asked = 0;
  options.should_stop = [&asked] { return ++asked > 3; };
  const ReaderEnd end = end_of(
      [](const ReaderDescriptors&, PageStepNote&) {
        for (;;) ::usleep(100'000);
      },
      options);
  EXPECT_TRUE(end.interrupted);
}

TEST(ReaderProcess, IsGoneWithItsObject) {
  pid_t pid = -1;
  {
    auto started = ReaderProcess::start(
        OpenPolicy({}), {}, [](const ReaderDescriptors& own, auto&) { await_request(own); });
    ASSERT_TRUE(started);
    pid = (*started)->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
    // What Ctrl-C sends to the whole group is the parent's to decide.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) EXPECT_EQ(::kill(pid, signal), 0);
    ::usleep(50'000);
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, WNOHANG), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ReaderProcess, StartsFromAThreadThatEnds) {
  Result<std::unique_ptr<ReaderProcess>> started = fail(ErrorKind::usage, "");
  std::thread([&started] {
    started = ReaderProcess::start(OpenPolicy({}), {}, [](const ReaderDescriptors& own, auto&) {
      await_request(own);
      send_message(own.replies, to_wire<Reply>(OpenFileReply{}));
    });
  }).join();
  ASSERT_TRUE(started);
  ::usleep(50'000);
  EXPECT_TRUE((*started)->send(to_wire<Request>(ReportRequest{})));
  EXPECT_TRUE((*started)->receive());
}

extern "C" void reap_all(int) {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

/// A host program may take the ends of all its children, or have the system forget them.
TEST(ReaderProcess, EndsUnderAHostThatReapsAllChildren) {
  for (void (*const handler)(int) : {&reap_all, SIG_IGN}) {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = handler;
    ASSERT_EQ(::sigaction(SIGCHLD, &action, &before), 0);
    // Reaped by the host before it is waited for.
    const ReaderEnd end = end_of([](const ReaderDescriptors& own, PageStepNote&) {
      await_request(own);
      ::_exit(0);
    });
    EXPECT_TRUE(end.words == "ended" || end.words == "ended with status 0") << end.words;
    // Still there when it is killed.
    pid_t pid = 0;
    {
      auto started = ReaderProcess::start(
          OpenPolicy({}), one_second(),
          [](const ReaderDescriptors& own, PageStepNote&) { await_request(own); });
      ASSERT_TRUE(started);
      pid = (*started)->pid();
    }
    EXPECT_EQ(::kill(pid, 0), -1);
    ::sigaction(SIGCHLD, &before, nullptr);
  }
}

/// What a test does in the child of the next fork, before anything else: nothing else happens
/// there.
std::atomic<int> g_seen_in_child = 0;
bool g_signal_children = false;
bool g_hang_children = false;

void watch_forks() {
  static const int once = ::pthread_atfork(
      nullptr, [] { g_hang_children = false; },
      [] {
        if (g_signal_children) ::raise(SIGWINCH);
        while (g_hang_children) ::usleep(100'000);
      });
  ASSERT_EQ(once, 0);
}

/// Handlers of the host see its own state, of which the child has a copy and no use for.
TEST(ReaderProcess, NoHandlerOfTheHostRunsInTheChild) {
  watch_forks();
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { ++g_seen_in_child; };
  ASSERT_EQ(::sigaction(SIGWINCH, &action, &before), 0);
  g_signal_children = true;
  const ReaderEnd end = end_of([](const ReaderDescriptors& own, PageStepNote&) {
    await_request(own);
    ::_exit(g_seen_in_child == 0 ? 3 : 4);
  });
  g_signal_children = false;
  EXPECT_EQ(end.words, "ended with status 3");
  sigset_t mask{};
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &mask), 0);
  EXPECT_EQ(::sigismember(&mask, SIGWINCH), 0) << "the host's own mask is as it was";
  ::sigaction(SIGWINCH, &before, nullptr);
}

/// A fork that caught a lock: the child never greets. The next one does.
TEST(ReaderProcess, StartsAgainWhereAChildNeverGreets) {
  watch_forks();
  g_hang_children = true;
  const auto start = std::chrono::steady_clock::now();
  auto started =
      ReaderProcess::start(OpenPolicy({}), one_second(),
                           [](const ReaderDescriptors& own, PageStepNote&) { await_request(own); });
  EXPECT_TRUE(started) << started.error().reason;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(120));
}

}  // namespace
}  // namespace pidometer
