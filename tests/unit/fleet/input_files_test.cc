#include "fleet/input_files.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

TEST(InputFiles, AFileIsToldBySizeAndTime) {
  TemporaryFolder folder;
  folder.write("a", "12345");
  const auto file = look_at_file(folder.file("./a"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->path, folder.file("a"));
  EXPECT_EQ(file->size, 5U);
  EXPECT_EQ(look_at_file(folder.file("a")), file);
  folder.write("a", "1234");
  EXPECT_NE(look_at_file(folder.file("a")), file);
  EXPECT_FALSE(look_at_file(folder.file("none")));
  EXPECT_FALSE(look_at_file(folder.file(".")));
}

TEST(InputFiles, AreKnownByWhatTheyWereGivenAs) {
  const std::vector<InputFile> files = {{"/x/disk"}, {"/x/b/disk"}};
  // By the folder, and else by their ends, where that is the end of one.
  EXPECT_EQ(path_given_as("disk", "/x", files), "/x/disk");
  EXPECT_EQ(path_given_as("../x/./disk", "/y", files), "/x/disk");
  EXPECT_EQ(path_given_as("../b/./disk", "/y", files), "/x/b/disk");
  EXPECT_EQ(path_given_as("b/../b/a\\xff", "/y\xfe", {{"/x/b/a\\xff"}}), "/x/b/a\\xff");
  EXPECT_EQ(path_given_as("a\\xff", "/y\xfe", files), "/y\\xfe/a\\xff");
  for (const char* other : {"/b/disk", "/x/a"}) EXPECT_EQ(path_given_as(other, "/x", files), other);
  for (const char* other : {"disk", "isk", "c/disk"})
    EXPECT_EQ(path_given_as(other, "/y", files), std::string("/y/") + other);
}

TEST(InputFiles, IsAddedOnce) {
  TemporaryFolder folder;
  const std::vector<std::string> paths = {folder.write("a\xff.qcow2", "1"),
                                          folder.write("base\xfe.raw", "22")};
  std::vector<InputFile> files = {*look_at_file(paths[0])};
  ASSERT_TRUE(add_files(paths, files));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[1], look_at_file(paths[1]));
  EXPECT_FALSE(add_files({folder.file("none")}, files));
}

}  // namespace
}  // namespace pidometer
