#include "cli/fleet_status_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

/// Files below a folder that this process has open, those without a name too.
std::size_t open_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code closed;
    const std::string file = std::filesystem::read_symlink(entry.path(), closed).string();
    if (file.starts_with(folder.string() + "/")) ++count;
  }
  return count;
}

TEST(FleetStatusFile, TakesRoomAgainThatWasGivenBack) {
  const TemporaryFolder folder;
  FleetStatusFile file(folder.file("status.json"));
  ASSERT_TRUE(file.write({}));
  EXPECT_EQ(open_in(folder.path()), 1U);
  file.release();
  EXPECT_EQ(open_in(folder.path()), 0U);
  ASSERT_TRUE(file.write({}));
  EXPECT_EQ(open_in(folder.path()), 1U);
}

}  // namespace
}  // namespace pidometer
