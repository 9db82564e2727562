#include "tsk_reader/process/open_policy.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tsk_reader/process/open_broker.h"

namespace pidometer {
namespace {

/// The errno of an open, 0 where it succeeds; the descriptor is closed.
int error_of(const OpenPolicy& policy, const std::string& path, int flags = O_RDONLY) {
  const OpenedFile opened = policy.open(path, flags);
  if (opened.descriptor >= 0) ::close(opened.descriptor);
  EXPECT_EQ(opened.descriptor >= 0, opened.error == 0) << path;
  return opened.error;
}

class OpenPolicyTest : public testing::Test {
 protected:
  OpenPolicyTest() {
    for (const char* name : {"case", "case/deep", "outside"})
      std::filesystem::create_directory(folder_.file(name));
    for (const char* name : {"case/a.E01", "case/a.E02", "case/deep/log", "outside/secret"})
      folder_.write(name, "bytes");
    std::filesystem::create_symlink("../outside/secret", folder_.file("case/link"));
    std::filesystem::create_symlink("../outside", folder_.file("case/tree"));
    std::filesystem::create_symlink("a.E02", folder_.file("case/inner"));
  }
  TemporaryFolder folder_;
};

TEST_F(OpenPolicyTest, OfAFile) {
  const OpenPolicy policy(std::vector{folder_.file("case/a.E01")});
  const std::vector<std::tuple<std::string, int>> table = {
      {"case/a.E01", 0},
      {"case/a.E02", 0},
      {"case/inner", 0},
      {"case", 0},
      {"case/deep/../a.E02", 0},
      {"case/deep/log", EACCES},
      {"case/deep", EACCES},
      {"case/link", EACCES},
      {"case/tree/secret", EACCES},
      {"case/../outside/secret", EACCES},
      {"outside/secret", EACCES},
      {"outside", EACCES},
      {"", EACCES},
      {"case/a.E03", ENOENT},
      {"case/a.E01/x", ENOTDIR},
  };
  for (const auto& [path, error] : table)
    EXPECT_EQ(error_of(policy, folder_.file(path)), error) << path;
}

TEST_F(OpenPolicyTest, OfAFolder) {
  const OpenPolicy policy(std::vector{folder_.file("case")});
  EXPECT_EQ(error_of(policy, folder_.file("case/deep/log")), 0);
  EXPECT_EQ(error_of(policy, folder_.file("case/deep"), O_RDONLY | O_DIRECTORY), 0);
  EXPECT_EQ(error_of(policy, folder_.file("case/deep/log"), O_RDONLY | O_DIRECTORY), ENOTDIR);
  EXPECT_EQ(error_of(policy, folder_.file("case/link")), EACCES);
  EXPECT_EQ(error_of(policy, folder_.file("outside/secret")), EACCES);
  // A name that only begins alike.
  std::filesystem::create_directory(folder_.file("case2"));
  EXPECT_EQ(error_of(policy, folder_.write("case2/log", "x")), EACCES);
}

TEST_F(OpenPolicyTest, NothingButReading) {
  const OpenPolicy policy(std::vector{folder_.file("case")});
  for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC,
                          O_RDONLY | O_APPEND, O_PATH, O_ACCMODE})
    EXPECT_EQ(error_of(policy, folder_.file("case/a.E01"), flags), EACCES) << flags;
  EXPECT_EQ(folder_.read("case/a.E01"), "bytes");
}

TEST_F(OpenPolicyTest, NoneOfTheSystemsFiles) {
  const OpenPolicy policy(std::vector{folder_.file("case/a.E01")});
  for (const char* path : {"/etc/passwd", "/proc/self/mem", "/proc/self/maps", "/proc/self/fd/0",
                           "/dev/mem", "/dev/null", "/dev/tty", "/", "/usr/share", "/dev/fd/3"})
    EXPECT_NE(error_of(policy, path), 0) << path;
  if (std::filesystem::exists("/usr/share/zoneinfo/UTC")) {
    EXPECT_EQ(error_of(policy, "/usr/share/zoneinfo/UTC"), 0);
  }
  EXPECT_EQ(error_of(policy, "/usr/share/zoneinfo/../../../etc/passwd"), EACCES);
}

TEST_F(OpenPolicyTest, APipeIsToldAndNotRead) {
  ASSERT_EQ(::mkfifo(folder_.file("case/pipe").c_str(), 0600), 0);
  const OpenPolicy policy(std::vector{folder_.file("case")});
  const OpenedFile opened = policy.open(folder_.file("case/pipe"), O_RDONLY);
  ASSERT_GE(opened.descriptor, 0);
  struct stat info {};
  EXPECT_EQ(::fstat(opened.descriptor, &info), 0);
  EXPECT_TRUE(S_ISFIFO(info.st_mode));
  char byte = 0;
  EXPECT_EQ(::read(opened.descriptor, &byte, 1), -1);
  EXPECT_EQ(errno, EBADF);
  ::close(opened.descriptor);
}

TEST_F(OpenPolicyTest, AllowsWhatItWouldOpen) {
  const OpenPolicy policy(std::vector{folder_.file("case/a.E01")});
  EXPECT_TRUE(policy.allows(folder_.file("case/a.E02")));
  EXPECT_FALSE(policy.allows(folder_.file("outside/secret")));
  EXPECT_FALSE(policy.allows(folder_.file("case/none")));
}

TEST_F(OpenPolicyTest, TheBrokerRefusesNonsense) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
  OpenBroker broker(OpenPolicy(std::vector{folder_.file("case")}), pair[0]);
  EXPECT_TRUE(broker.serve()) << "nothing asked yet";
  OpenQuestion question;
  question.length = 4000;  // more than is sent
  ::send(pair[1], &question, 20, 0);
  EXPECT_FALSE(broker.serve());
  ::send(pair[1], "x", 1, 0);
  EXPECT_FALSE(broker.serve());
  ::close(pair[1]);
  EXPECT_FALSE(broker.serve());
}

}  // namespace
}  // namespace pidometer
