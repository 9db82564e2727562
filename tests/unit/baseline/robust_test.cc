#include "plugin/baseline/robust.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pidometer {
namespace {

struct CoreCase {
  std::string name;
  std::vector<std::int32_t> values;
  std::size_t core_n;
  double median;
  double mean;
  double square_sum;
  std::int64_t low;
  std::int64_t high;
};

TEST(CoreOf, sets_far_values_aside) {
  const std::vector<CoreCase> cases = {
      {"one value", {7}, 1, 7, 7, 0, 7, 7},
      {"two values", {4, 8}, 2, 6, 6, 8, 4, 8},
      {"constant with an outlier", {2, 2, 2, 2, 844, 2, 2}, 6, 2, 2, 0, 2, 2},
      {"constant with one more", {2, 2, 3, 2, 2}, 5, 2, 2.2, 0.8, 2, 3},
      {"outlier below", {145, 145, 145, 145, 20}, 4, 145, 145, 0, 145, 145},
      {"three far values are still set aside",
       {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 10, 12, 30},
       13,
       3,
       3,
       0,
       3,
       3},
      {"four of twenty are the host's own, as far as the least of them",
       {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 9, 10, 12, 30},
       20,
       3,
       4.2,
       115.2,
       3,
       9},
      {"large numbers keep their digits",
       {4000000, 4000001, 4000000, 4000001},
       4,
       4000000.5,
       4000000.5,
       1,
       4000000,
       4000001},
  };
  for (CoreCase c : cases) {
    SCOPED_TRACE(c.name);
    const Core core = core_of(c.values);
    EXPECT_EQ(core.n, c.values.size());
    EXPECT_EQ(core.core_n, c.core_n);
    EXPECT_DOUBLE_EQ(core.median, c.median);
    EXPECT_DOUBLE_EQ(core.mean, c.mean);
    EXPECT_NEAR(core.square_sum, c.square_sum, 1e-9);
    EXPECT_EQ(core.low, c.low);
    EXPECT_EQ(core.high, c.high);
  }
}

TEST(CoreOf, empty_sample_is_empty) {
  std::vector<std::int32_t> none;
  EXPECT_EQ(core_of(none).n, 0U);
}

TEST(MedianOf, odd_even_and_empty) {
  std::vector<double> odd = {5, 1, 3};
  std::vector<double> even = {5, 1, 3, 4};
  std::vector<double> none;
  EXPECT_DOUBLE_EQ(median_of(odd), 3);
  EXPECT_DOUBLE_EQ(median_of(even), 3.5);
  EXPECT_DOUBLE_EQ(median_of(none), 0);
}

}  // namespace
}  // namespace pidometer
