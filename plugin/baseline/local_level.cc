#include "plugin/baseline/local_level.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "plugin/baseline/baseline.h"

namespace pidometer {
namespace {

// Decays that are tried, in intervals: from "the last quarter of an hour" of a busy host to a
// working day of a quiet one.
constexpr std::array kDecays = {2.5, 6.0, 15.0, 40.0};

// The choice is made on this many intervals at most, in one piece from the start: the decay is a
// property of the host, not of the log's length.
constexpr std::size_t kTrial = 30000;

// Squared error must fall by this share, else there is no level: it would only add noise.
constexpr double kWorthwhile = 0.01;

// A level from fewer intervals would be fitted to the very windows that it is to judge.
constexpr std::size_t kLeastIntervals = 200;

// A residual counts up to this many standard deviations and PIDs: what we look for is no level.
constexpr double kClipDeviations = 3;
constexpr double kClipSlack = 1;

struct Piece {
  float pids = 0;
  float seconds = 0;
};

Piece piece_of(const PidClock& clock, const std::vector<Expectation>& expected, std::size_t i) {
  const Interval& interval = clock.intervals[i];
  if (interval.state != IntervalState::judged || interval.wraps > 0 || interval.restarted)
    return {};
  const Expectation& e = expected[i];
  const float bound =
      static_cast<float>(kClipDeviations) * std::sqrt(e.variance) + static_cast<float>(kClipSlack);
  const float residual = static_cast<float>(interval.advance) - e.mean;
  // what is far out says nothing about the level: an intruder's hour must not hide itself
  if (std::abs(residual) > 2 * bound) return {};
  return {std::clamp(residual, -bound, bound), static_cast<float>(interval.seconds)};
}

template <typename Sums>
void filter(const std::vector<Piece>& pieces, double decay, std::vector<Sums>& before,
            std::vector<Sums>& after) {
  const auto keep = static_cast<float>(std::exp(-1 / decay));
  const std::size_t n = pieces.size();
  before.assign(n + 1, {});
  after.assign(n + 1, {});
  for (std::size_t i = 0; i < n; ++i) {
    before[i + 1].pids = keep * before[i].pids + pieces[i].pids;
    before[i + 1].seconds = keep * before[i].seconds + pieces[i].seconds;
  }
  for (std::size_t i = n; i-- > 0;) {
    after[i].pids = keep * after[i + 1].pids + pieces[i].pids;
    after[i].seconds = keep * after[i + 1].seconds + pieces[i].seconds;
  }
}

}  // namespace

LocalLevel LocalLevel::learn(const PidClock& clock, const std::vector<Expectation>& expected) {
  const std::size_t n = clock.intervals.size();
  if (n < kLeastIntervals) return {};
  std::vector<Piece> pieces(std::min(n, kTrial));
  for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] = piece_of(clock, expected, i);

  LocalLevel best;
  double best_explained = 0;
  LocalLevel trial;
  for (const double decay : kDecays) {
    filter(pieces, decay, trial.before_, trial.after_);
    double total = 0;  // squared residuals, in units of their variance
    double cross = 0;
    double square = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].seconds <= 0) continue;
      const double seconds = trial.before_[i].seconds + trial.after_[i + 1].seconds;
      const double weight = 1 / (static_cast<double>(expected[i].variance) + 1e-3);
      const double pids = pieces[i].pids;
      total += weight * pids * pids;
      if (seconds <= 0) continue;
      const double level =
          pieces[i].seconds * (trial.before_[i].pids + trial.after_[i + 1].pids) / seconds;
      cross += weight * pids * level;
      square += weight * level * level;
    }
    if (square <= 0 || cross <= 0) continue;
    const double gain = std::min(1.0, cross / square);
    const double explained = (2 * gain * cross - gain * gain * square) / total;
    if (explained <= std::max(kWorthwhile, best_explained)) continue;
    best_explained = explained;
    best.decay_ = decay;
    best.gain_ = gain;
  }
  if (best.decay_ <= 0) return {};
  pieces.resize(n);
  for (std::size_t i = kTrial; i < n; ++i) pieces[i] = piece_of(clock, expected, i);
  filter(pieces, best.decay_, best.before_, best.after_);
  return best;
}

}  // namespace pidometer
