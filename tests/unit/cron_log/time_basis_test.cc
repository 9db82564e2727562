#include "plugin/cron_log/time_basis.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/shared_folder.h"

namespace pidometer {
namespace {

/// The words of the schemas' enumeration of time_certainty.
std::set<std::string> enumerated(const std::string& schema) {
  std::set<std::string> words;
  std::size_t at = schema.find("\"time_certainty\": {\n      \"enum\": [");
  if (at == std::string::npos) return words;
  at = schema.find('[', at);
  const std::size_t end = schema.find(']', at);
  while ((at = schema.find('"', at)) < end) {
    const std::size_t close = schema.find('"', at + 1);
    words.insert(schema.substr(at + 1, close - at - 1));
    at = close + 1;
  }
  return words;
}

TEST(TimeBasis, SchemasEnumerateExactlyItsWords) {
  std::set<std::string> composed;
  for (const YearState state :
       {YearState::none_needed, YearState::given, YearState::inferred, YearState::assumed})
    for (const bool zoneless : {false, true})
      for (const bool zone : {false, true})
        for (const bool users : {false, true}) {
          FileLog log;
          log.has_zoneless = zoneless;
          if (state != YearState::none_needed) log.runs.emplace_back();
          YearDecision years;
          years.state = state;
          LogSeriesOptions options;
          if (zone) options.zone = TimeZone::fixed(std::chrono::minutes(60), "+01:00");
          options.zone_is_users = users;
          composed.insert(describe_time_basis(log, years, options).certainty);
        }
  FileLog rows;
  rows.form = LogForm::plaso_rows;
  composed.insert(describe_time_basis(rows, {}, {}).certainty);
  EXPECT_EQ(composed.size(), 10U);
  for (const char* const name : {"row", "summary"}) {
    const auto bytes =
        test::file_text(std::string(PIDOMETER_SCHEMAS) + "/" + name + ".schema.json");
    EXPECT_EQ(enumerated(std::string(bytes.begin(), bytes.end())), composed) << name;
  }
}

}  // namespace
}  // namespace pidometer
