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

TEST(InputFiles, WhatASummaryNamesIsAddedOnce) {
  TemporaryFolder folder;
  folder.write("a.qcow2", "1");
  folder.write("base.raw", "22");
  folder.write("summary", R"({"inputs": [{"segments": [")" + folder.file("a.qcow2") + R"(", ")" +
                              folder.file("base.raw") + R"("]}]})");
  std::vector<InputFile> files = {*look_at_file(folder.file("a.qcow2"))};
  ASSERT_TRUE(add_files_of_summary(folder.file("summary"), files));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[1], look_at_file(folder.file("base.raw")));
}

TEST(InputFiles, ANameThatIsNoTextIsFoundAgain) {
  TemporaryFolder folder;
  folder.write("a\xff.raw", "1");
  folder.write("base\xfe.raw", "22");
  folder.write("summary", R"({"inputs": [{"segments": [")" + folder.file("a\\\\xff.raw") +
                              R"(", ")" + folder.file("base\\\\xfe.raw") + R"("]}]})");
  std::vector<InputFile> files = {*look_at_file(folder.file("a\xff.raw"))};
  ASSERT_TRUE(add_files_of_summary(folder.file("summary"), files));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[1], look_at_file(folder.file("base\xfe.raw")));
}

TEST(InputFiles, WhatCannotBeToldIsNotTrusted) {
  TemporaryFolder folder;
  for (const char* summary : {"", "[]", "{}", R"({"inputs": 1})", R"({"inputs": [1]})",
                              R"({"inputs": [{}]})", R"({"inputs": [{"segments": [1]}]})",
                              R"({"inputs": [{"segments": ["/nonexistent/base.raw"]}]})"}) {
    folder.write("summary", summary);
    std::vector<InputFile> files;
    EXPECT_FALSE(add_files_of_summary(folder.file("summary"), files)) << summary;
  }
  std::vector<InputFile> files;
  EXPECT_FALSE(add_files_of_summary(folder.file("none"), files));
}

}  // namespace
}  // namespace pidometer
