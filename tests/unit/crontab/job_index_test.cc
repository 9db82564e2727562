#include "plugin/crontab/job_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pidometer {
namespace {

struct Found {
  bool any;
  EntryRun run;
};

Found look_for(const std::string& written, const std::string& logged, bool may_be_cut = false) {
  JobIndex index;
  index.add("anna", written, 0);
  const bool any = index.find("anna", logged, may_be_cut);
  return {any, index.runs(1)[0]};
}

bool finds(const std::string& written, const std::string& logged, bool may_be_cut = false) {
  const Found found = look_for(written, logged, may_be_cut);
  EXPECT_EQ(found.any, found.run != EntryRun::none);
  return found.any;
}

TEST(JobIndex, CommandsAsCronsLogThem) {
  const struct {
    const char* name;
    std::string written;
    std::string logged;
    bool same;
  } cases[] = {
      {"as it stands", "job -a", "job -a", true},
      {"blanks at the ends", "  job -a \t", "job -a ", true},
      {"a carriage return", "job\r", "job", true},
      {"up to the first %", "mail root%Hello%World", "mail root", true},
      {"an escaped %", "date +\\%F", "date +%F", true},
      {"an escaped % as it stands", "date +\\%F", "date +\\%F", true},
      {"both", "date +\\%F%in", "date +%F", true},
      {"busybox passes it whole", "mail root%Hello", "mail root%Hello", true},
      {"a tab", "job\ta", "job^Ia", true},
      {"high bytes", "job \xc3\xa4", "job \\303\\244", true},
      {"high bytes as they are", "job \xc3\xa4", "job \xc3\xa4", true},
      {"more backslashes", "date +\\\\\\%F", "date +\\\\%F", true},
      {"another option", "job -a", "job -b", false},
      {"more of it", "job -a", "job -a -b", false},
      {"less of it", "job -a -b", "job -a", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(finds(c.written, c.logged), c.same);
  }
}

TEST(JobIndex, LinesThatWereCut) {
  const std::string longest(400, 'x');
  EXPECT_TRUE(finds(longest, longest.substr(0, 210)));
  EXPECT_FALSE(finds(longest, longest.substr(0, 50)));
  EXPECT_TRUE(finds(longest, longest.substr(0, 50), true));
  EXPECT_FALSE(finds(longest, longest.substr(0, 210) + "y"));
}

TEST(JobIndex, ALineThatWasCutIsNoRun) {
  EXPECT_EQ(look_for("job -a", "job", true).run, EntryRun::maybe);
  EXPECT_EQ(look_for("job -a", "job -a", true).run, EntryRun::ran);
  EXPECT_EQ(look_for("date +\\%F", "date +\\", true).run, EntryRun::maybe);
  const std::string longest(400, 'x');
  EXPECT_EQ(look_for(longest, longest.substr(0, 210)).run, EntryRun::maybe);
  EXPECT_EQ(look_for(longest, longest).run, EntryRun::ran);
}

TEST(JobIndex, LongCommandsAreToldApartByTheirEnds) {
  const std::string longest(2000, 'x');
  EXPECT_EQ(look_for(longest + "a", longest + "b").run, EntryRun::none);
  EXPECT_EQ(look_for(longest + "a", longest + "ab").run, EntryRun::none);
  EXPECT_EQ(look_for(longest + "a", longest + "a").run, EntryRun::ran);
  EXPECT_EQ(look_for(longest + "a", longest).run, EntryRun::maybe);
}

TEST(JobIndex, AllThatAreAlikeAreFoundInNoTime) {
  constexpr std::size_t kMany = 100'000;
  JobIndex index;
  for (std::size_t i = 0; i < kMany; ++i)
    index.add(i % 2 == 0 ? "anna" : "root", "job" + std::to_string(i % 3), i);
  for (std::size_t i = 0; i < kMany; ++i) {
    EXPECT_TRUE(index.find("anna", "jo", true));
    EXPECT_TRUE(index.find("root", "job1", false));
  }
  const std::vector<EntryRun> runs = index.runs(kMany);
  for (std::size_t i = 0; i < kMany; ++i)
    EXPECT_EQ(runs[i], i % 2 == 0 ? EntryRun::maybe : i % 3 == 1 ? EntryRun::ran : EntryRun::none);
}

TEST(JobIndex, UsersAreToldApartWhereTheLogHasThem) {
  JobIndex index;
  index.add("anna", "job", 0);
  index.add("root", "job", 1);
  EXPECT_EQ(index.first_whole("", "job"), 0U);
  EXPECT_EQ(index.first_whole("root", "job"), 1U);
  EXPECT_FALSE(index.first_whole("root", "jo"));
  EXPECT_FALSE(index.find("www", "job", false));
  EXPECT_FALSE(index.find("anna", "", true));
  EXPECT_TRUE(index.find("anna", "job", false));
  EXPECT_EQ(index.runs(2), (std::vector<EntryRun>{EntryRun::ran, EntryRun::none}));
  EXPECT_TRUE(index.find("", "job", false));
  EXPECT_EQ(index.runs(2), (std::vector<EntryRun>{EntryRun::ran, EntryRun::ran}));
}

}  // namespace
}  // namespace pidometer
