#include "tsk_reader/file_system/tsk/tsk_deleted.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

DeletedFile file_at(std::vector<FileExtent> extents) {
  DeletedFile file;
  for (const FileExtent& extent : extents) {
    file.map.add(extent);
    file.map.size = extent.begin + extent.length;
  }
  return file;
}

TEST(LoseCommonClaims, NobodyGetsWhatTwoClaim) {
  std::vector<DeletedFile> files{file_at({{0, 100, 1000}}),
                                 file_at({{0, 50, 1090}, {50, 50, 5000}}), file_at({{0, 10, 7000}}),
                                 file_at({{0, 10, 1000}})};
  lose_common_claims(files);
  ASSERT_EQ(files.size(), 3U) << "the last one has nothing left";
  EXPECT_EQ(files[0].map.extents, (std::vector<FileExtent>{{10, 80, 1010}}));
  ASSERT_EQ(files[0].map.lost.all().size(), 2U);
  EXPECT_EQ(files[0].map.lost.all()[1].range, (ByteRange{90, 100}));
  EXPECT_EQ(files[1].map.extents, (std::vector<FileExtent>{{10, 40, 1100}, {50, 50, 5000}}));
  EXPECT_EQ(files[2].map.extents, (std::vector<FileExtent>{{0, 10, 7000}}));
  EXPECT_TRUE(files[2].map.lost.empty());
}

}  // namespace
}  // namespace pidometer
