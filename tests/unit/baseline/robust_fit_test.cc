#include "plugin/baseline/robust_fit.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pidometer {
namespace {

// A crontab may have one line several times, for one minute.
TEST(RobustFit, an_unknown_may_stand_in_a_row_many_times) {
  for (const unsigned times : {1U, 2U, 3U, 20U}) {
    SCOPED_TRACE(std::to_string(times));
    std::vector<FitRow> rows(40);
    std::vector<FitColumn> columns(2);
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      rows[k].observed = 4.0 * times + (k % 2 == 0 ? 10 : 0);
      for (unsigned line = 0; line < times; ++line) columns[0].add(k, 1);
      if (k % 2 == 0) columns[1].add(k, 1);
    }
    fit_robustly(rows, columns, 40 * times + 20, {200, 4'000'000, 1e-4});
    EXPECT_NEAR(columns[0].value, 4, 0.1);
    EXPECT_NEAR(columns[1].value, 10, 0.1);
  }
}

}  // namespace
}  // namespace pidometer
