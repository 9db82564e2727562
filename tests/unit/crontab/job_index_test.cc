#include "plugin/crontab/job_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pidometer {
namespace {

bool finds(const std::string& written, const std::string& logged, bool may_be_cut = false) {
  JobIndex index;
  index.add("anna", written, 7);
  const auto found = index.find("anna", logged, may_be_cut);
  return found == std::vector<std::size_t>{7};
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

TEST(JobIndex, UsersAreToldApartWhereTheLogHasThem) {
  JobIndex index;
  index.add("anna", "job", 1);
  index.add("root", "job", 2);
  EXPECT_EQ(index.find("anna", "job", false), (std::vector<std::size_t>{1}));
  EXPECT_EQ(index.find("", "job", false).size(), 2U);
  EXPECT_TRUE(index.find("www", "job", false).empty());
  EXPECT_TRUE(index.find("anna", "", true).empty());
}

}  // namespace
}  // namespace pidometer
