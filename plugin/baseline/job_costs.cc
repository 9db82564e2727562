#include "plugin/baseline/job_costs.h"

#include <algorithm>
#include <cmath>

namespace pidometer {
namespace {

// A group's median counts by its size up to here: beyond it the median is as good as it gets.
constexpr double kFullWeight = 30;

// Pull of each coefficient to 0, in intervals: keeps items that always come together finite.
constexpr double kRidge = 0.01;

// Residuals beyond this many PIDs plus this share of the prediction count less (Huber): groups of
// one interval may hold what we look for.
constexpr double kHuberPids = 1;
constexpr double kHuberShare = 0.05;

// Sweeps of coordinate descent; it stops earlier when nothing moves. The bound on the work is for
// logs in which nearly every tick has its own set of jobs.
constexpr std::size_t kMostSweeps = 200;
constexpr std::size_t kMostSteps = 4'000'000;
constexpr double kStill = 1e-4;  // PIDs

double huber(double residual, double prediction) {
  const double bound = kHuberPids + kHuberShare * std::abs(prediction);
  const double size = std::abs(residual);
  return size <= bound ? 1 : bound / size;
}

/// One equation: a group's median.
struct Row {
  const IntervalGroup* group = nullptr;
  double weight = 0;
  double residual = 0;
  double robust = 1;
};

/// One unknown and the rows that it stands in.
struct Column {
  double* value = nullptr;
  std::vector<std::uint32_t> rows;
  std::vector<double> factors;
};

// moves the unknown to its weighted least-squares value given the others; returns by how much
double move(Column& column, std::vector<Row>& rows) {
  double top = -kRidge * *column.value;
  double bottom = kRidge;
  for (std::size_t k = 0; k < column.rows.size(); ++k) {
    const Row& row = rows[column.rows[k]];
    const double w = row.weight * row.robust * column.factors[k];
    top += w * row.residual;
    bottom += w * column.factors[k];
  }
  const double step = top / bottom;
  *column.value += step;
  for (std::size_t k = 0; k < column.rows.size(); ++k)
    rows[column.rows[k]].residual -= step * column.factors[k];
  return std::abs(step);
}

}  // namespace

JobCosts::JobCosts(const PidClock& clock, const IntervalGroups& groups, const FewRuns& few) {
  cost_.assign(groups.seen.size(), 0.0);
  std::vector<Row> rows;
  std::vector<Column> columns(cost_.size() + 2);
  for (std::size_t label = 0; label < cost_.size(); ++label) columns[label].value = &cost_[label];
  Column& next = columns[cost_.size()];
  Column& rate = columns[cost_.size() + 1];
  next.value = &per_next_job_;
  rate.value = &per_half_minute_;
  std::size_t entries = 0;
  for (const IntervalGroup& group : groups.groups) {
    if (group.core.n == 0 || few.holds_unknown(clock, group.items)) continue;
    const auto index = static_cast<std::uint32_t>(rows.size());
    Row row;
    row.group = &group;
    row.weight = std::min(kFullWeight, static_cast<double>(group.core.n));
    row.residual = group.core.median;
    rows.push_back(row);
    for (const std::uint32_t label : clock.item_sets.labels(group.items)) {
      columns[label].rows.push_back(index);
      columns[label].factors.push_back(1);
      ++entries;
    }
    if (group.next_jobs > 1) {
      next.rows.push_back(index);
      next.factors.push_back(group.next_jobs - 1.0);
    }
    rate.rows.push_back(index);
    rate.factors.push_back(group.half_minutes);
    entries += 2;
  }
  if (rows.empty()) return;
  const std::size_t sweeps = std::clamp<std::size_t>(kMostSteps / entries, 3, kMostSweeps);
  for (std::size_t sweep = 0; sweep < sweeps; ++sweep) {
    double moved = 0;
    for (Column& column : columns)
      if (!column.rows.empty())
        moved = std::max(moved, move(column, rows) * (&column == &rate ? 20 : 1));
    for (Row& row : rows) row.robust = huber(row.residual, row.group->core.median - row.residual);
    if (moved < kStill) break;
  }
}

double JobCosts::predict(const PidClock& clock, const IntervalGroup& group) const {
  double sum = per_half_minute_ * group.half_minutes;
  if (group.next_jobs > 1) sum += per_next_job_ * (group.next_jobs - 1);
  for (const std::uint32_t label : clock.item_sets.labels(group.items)) sum += cost(label);
  return sum;
}

}  // namespace pidometer
