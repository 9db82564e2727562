#include "plugin/baseline/robust_fit.h"

#include <algorithm>
#include <cmath>

namespace pidometer {
namespace {

// Pull of each coefficient to 0, in intervals: keeps items that always come together finite.
constexpr double kRidge = 0.01;

// Residuals beyond this many PIDs plus this share of the prediction count less (Huber): groups of
// one interval may hold what we look for.
constexpr double kHuberPids = 1;
constexpr double kHuberShare = 0.05;

double huber(double residual, double prediction) {
  const double bound = kHuberPids + kHuberShare * std::abs(prediction);
  const double size = std::abs(residual);
  return size <= bound ? 1 : bound / size;
}

// moves the unknown to its weighted least-squares value given the others; returns by how much
double move(FitColumn& column, std::vector<FitRow>& rows) {
  double top = -kRidge * column.value;
  double bottom = kRidge;
  for (std::size_t k = 0; k < column.rows.size(); ++k) {
    const FitRow& row = rows[column.rows[k]];
    const double w = row.weight * row.robust * column.factors[k];
    top += w * row.residual;
    bottom += w * column.factors[k];
  }
  const double step = top / bottom;
  column.value += step;
  for (std::size_t k = 0; k < column.rows.size(); ++k)
    rows[column.rows[k]].residual -= step * column.factors[k];
  return std::abs(step);
}

}  // namespace

void fit_robustly(std::vector<FitRow>& rows, std::vector<FitColumn>& columns, std::size_t entries,
                  const FitBounds& bounds) {
  for (FitRow& row : rows) row.residual = row.observed;
  const std::size_t sweeps =
      std::clamp<std::size_t>(bounds.most_steps / entries, 3, bounds.most_sweeps);
  for (std::size_t sweep = 0; sweep < sweeps; ++sweep) {
    double moved = 0;
    for (FitColumn& column : columns)
      if (!column.rows.empty()) moved = std::max(moved, move(column, rows) * column.span);
    for (FitRow& row : rows) row.robust = huber(row.residual, row.observed - row.residual);
    if (moved < bounds.still) break;
  }
}

}  // namespace pidometer
