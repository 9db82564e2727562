#include "tsk_reader/evidence/residue.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

TEST(MayBeWanted, KnowsThatFatTakesTheFirstLetter) {
  constexpr std::string_view kGlobs[] = {"cron*", "syslog*"};
  DeletedFile file;
  EXPECT_TRUE(may_be_wanted(file, kGlobs, true)) << "a file without a name may be any";
  file.name = "CRON.1";
  EXPECT_TRUE(may_be_wanted(file, kGlobs, true));
  EXPECT_FALSE(may_be_wanted(file, kGlobs, false));
  file.name = "_RON.1";
  EXPECT_FALSE(may_be_wanted(file, kGlobs, true));
  file.lost_initial = true;
  EXPECT_TRUE(may_be_wanted(file, kGlobs, true));
  file.name = "_ESSAGES";
  EXPECT_FALSE(may_be_wanted(file, kGlobs, true));
}

}  // namespace
}  // namespace pidometer
