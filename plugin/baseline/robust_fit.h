#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pidometer {

/// One equation of a fit: the factors of its unknowns times these make what was observed.
struct FitRow {
  double observed = 0;
  double weight = 1;
  double residual = 0;  ///< what the fit leaves of it
  double robust = 1;    ///< how much it counts, far out as it may be
};

/// One unknown, and the rows that it stands in, in order. What stands in a row more than once has
/// one factor there: by a step for each a job of three lines a tick would go further off each time.
struct FitColumn {
  double value = 0;
  double span = 1;  ///< its value counts so many times in a usual row
  std::vector<std::uint32_t> rows;
  std::vector<double> factors;

  void add(std::uint32_t row, double factor) {
    if (!rows.empty() && rows.back() == row) {
      factors.back() += factor;
      return;
    }
    rows.push_back(row);
    factors.push_back(factor);
  }
};

/// How long a fit goes on.
struct FitBounds {
  std::size_t most_sweeps = 0;
  std::size_t most_steps = 0;  ///< entries of columns that are gone over, three sweeps at least
  double still = 0;            ///< PIDs: less than that moves no more
};

/// Least squares by coordinate descent, from 0. Residuals beyond one PID and 5% of what is
/// predicted count less (Huber), and each unknown is pulled to 0 a little, which keeps those that
/// always come together finite. `entries`: of all columns, for the bound.
void fit_robustly(std::vector<FitRow>& rows, std::vector<FitColumn>& columns, std::size_t entries,
                  const FitBounds& bounds);

}  // namespace pidometer
