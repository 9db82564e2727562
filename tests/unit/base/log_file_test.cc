#include "base/log_file.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

FileEntry entry(const std::string& path, const std::string& outermost) {
  FileEntry file;
  file.path = path;
  PathSpecLayer layer;
  layer.type_indicator = outermost;
  if (!outermost.empty()) file.path_spec.push_back(layer);
  return file;
}

TEST(LogFile, IsCompressedWhereItsTextIsNotItsBytes) {
  EXPECT_TRUE(is_compressed(entry("/var/log/cron.1.gz", "GZIP")));
  EXPECT_TRUE(is_compressed(entry("/var/log/cron.1.xz", "COMPRESSED_STREAM")));
  EXPECT_TRUE(is_compressed(entry("/var/log/journal/x/system.journal", "EXT")));
  EXPECT_FALSE(is_compressed(entry("/var/log/cron.gz", "EXT"))) << "so called, and plain text";
  EXPECT_FALSE(is_compressed(entry("cron", "")));
}

TEST(LogFile, SoundBytesAreThoseThatNoDamageHits) {
  EXPECT_EQ(sound_bytes(100, {}), 100U);
  const std::vector<DamagedRange> damage = {{{10, 20}, "x"}, {{90, 200}, "y"}, {{300, 400}, "z"}};
  EXPECT_EQ(sound_bytes(100, damage), 80U);
  EXPECT_EQ(sound_bytes(15, damage), 10U);
  EXPECT_EQ(sound_bytes(100, std::vector<DamagedRange>{{{0, kUnknownEnd}, "all"}}), 0U);
}

}  // namespace
}  // namespace pidometer
