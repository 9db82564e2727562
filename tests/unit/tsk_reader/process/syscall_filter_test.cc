#include "tsk_reader/process/syscall_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/support/temporary_folder.h"
#include "tsk_reader/process/reader_process.h"

namespace pidometer {
namespace {

/// What `task` returns in a reader process that may open `folder`; kKilled where it died.
constexpr int kKilled = -1000;

int in_reader(const TemporaryFolder& folder, const std::function<int()>& task) {
  auto started = ReaderProcess::start(
      OpenPolicy(std::vector{folder.path().string()}), ReaderOptions{},
      [&](const ReaderDescriptors& own, PageStepNote&) {
        const int result = task();
        send_message(own.replies,
                     to_wire<Reply>(SkipReply{static_cast<std::uint64_t>(result), {}, {}}));
      });
  EXPECT_TRUE(started);
  if (!started) return kKilled;
  EXPECT_EQ((*started)->isolation(), kFullIsolation);
  const auto message = (*started)->receive();
  if (!message) return kKilled;
  const auto reply = from_wire<Reply>(message->head);
  return static_cast<int>(std::get<SkipReply>(*reply).passed);
}

template <typename Call>
auto error_of(Call call) {
  return [call] {
    errno = 0;
    return call() >= 0 ? 0 : errno;
  };
}

class SyscallFilter : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

TEST_F(SyscallFilter, RefusesRights) {
  const std::string log = folder_.write("log", "text");
  const char* const path = log.c_str();
  const pid_t self = ::getpid();
  const std::vector<std::pair<const char*, std::function<int()>>> table = {
      {"socket", error_of([] { return ::socket(AF_INET, SOCK_STREAM, 0); })},
      {"unix socket", error_of([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); })},
      {"execve", error_of([] { return ::execl("/bin/true", "true", nullptr); })},
      {"fork", error_of([] { return ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); })},
      {"kill", error_of([self] { return ::kill(self, SIGTERM); })},
      {"tgkill", error_of([self] { return ::syscall(SYS_tgkill, self, self, SIGTERM); })},
      {"ptrace", error_of([self] { return ::ptrace(PTRACE_ATTACH, self, nullptr, nullptr); })},
      {"unlink", error_of([path] { return ::unlink(path); })},
      {"rename", error_of([path] { return ::rename(path, path); })},
      {"truncate", error_of([path] { return ::truncate(path, 0); })},
      {"mkdir", error_of([path] { return ::mkdir((std::string(path) + "x").c_str(), 0700); })},
      {"chdir", error_of([] { return ::chdir("/"); })},
      {"write open", error_of([path] { return ::open(path, O_WRONLY); })},
      {"create", error_of([path] { return ::creat((std::string(path) + "x").c_str(), 0600); })},
      {"passwd", error_of([] { return ::open("/etc/passwd", O_RDONLY); })},
      {"own memory", error_of([] { return ::open("/proc/self/mem", O_RDWR); })},
      {"raised limit", error_of([] {
         rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
         return ::setrlimit(RLIMIT_CPU, &limit);
       })},
      {"code", error_of([] {
         void* const at =
             ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return at == MAP_FAILED ? -1 : 0;
       })},
  };
  for (const auto& [name, task] : table) {
    const int error = in_reader(folder_, task);
    EXPECT_NE(error, 0) << name;
    EXPECT_NE(error, kKilled) << name;
  }
  EXPECT_EQ(folder_.read("log"), "text");
  EXPECT_EQ(folder_.entries(), 1U);
}

TEST_F(SyscallFilter, LetsReadingBe) {
  const std::string log = folder_.write("log", "text");
  EXPECT_EQ(in_reader(folder_,
                      [log] {
                        std::ifstream file(log);
                        std::string text;
                        file >> text;
                        return text == "text" ? 0 : 1;
                      }),
            0);
  EXPECT_EQ(in_reader(folder_,
                      [this] {
                        int count = 0;
                        for (const auto& entry :
                             std::filesystem::recursive_directory_iterator(folder_.path())) {
                          count += entry.is_regular_file() ? 1 : 0;
                        }
                        return count;
                      }),
            1);
  EXPECT_EQ(in_reader(folder_,
                      [log] {
                        return std::filesystem::canonical(log).string().ends_with("log") ? 0 : 1;
                      }),
            0);
  EXPECT_EQ(in_reader(folder_,
                      [] {
                        try {
                          throw std::runtime_error("x");
                        } catch (const std::exception&) {
                          return 5;
                        }
                      }),
            5);
}

TEST_F(SyscallFilter, GivesScratchSpaceWithoutAName) {
  const std::string here = folder_.path().string();
  EXPECT_EQ(in_reader(folder_,
                      [here] {
                        const int file = ::open(here.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
                        char back[4] = {};
                        return file >= 0 && ::pwrite(file, "abc", 3, 10) == 3 &&
                                       ::pread(file, back, 3, 10) == 3 && std::string(back) == "abc"
                                   ? 0
                                   : 1;
                      }),
            0);
  EXPECT_EQ(folder_.entries(), 0U);
  EXPECT_EQ(in_reader(folder_,
                      [here] {
                        for (std::size_t i = 0; i <= OpenBroker::kMostScratchFiles; ++i) {
                          const int file = ::open(here.c_str(), O_TMPFILE | O_RDWR, 0600);
                          if (file < 0) return errno;
                          ::close(file);
                        }
                        return 0;
                      }),
            ENOSPC);
}

TEST_F(SyscallFilter, KeepsNoneOfTheParentsFiles) {
  const int secret = ::open("/etc/passwd", O_RDONLY);
  ASSERT_GE(secret, 0);
  EXPECT_EQ(in_reader(folder_,
                      [] {
                        int open = 0;
                        for (int descriptor = 0; descriptor < 256; ++descriptor) {
                          char byte = 0;
                          if (descriptor != 3 && ::pread(descriptor, &byte, 1, 0) == 1) ++open;
                        }
                        return open;
                      }),
            0);
  ::close(secret);
}

}  // namespace
}  // namespace pidometer
