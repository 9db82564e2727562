#pragma once

namespace pidometer {

/// Largest score that is given: 1 in 10^9999 and anything beyond is the same thing to a reader.
inline constexpr double kMostScore = 9999;

/// -log10 P(X >= random_mean + excess) for a count X with this mean and variance: negative
/// binomial, Poisson where the variance is not above the mean. Chernoff's bound in the far tail.
/// The variance must be positive; 0 for an excess that is not.
double surprise_of_count(double excess, double random_mean, double variance);

/// Whether that is Chernoff's bound: the chance itself is below 1e-200.
bool is_chernoff_bound(double excess, double random_mean, double variance);

/// The same for a lognormal variable: work that comes in bursts. The mean must be positive.
double surprise_of_bursts(double excess, double random_mean, double variance);

/// -log10 of the upper tail of Student's t at `deviations` standard deviations.
double surprise_of_t(double deviations, unsigned degrees);

/// Windows that reach this score in so many independent looks, as many as chance alone makes.
double expected_count(double score, double looks);

/// -log10 of the chance that any of `looks` windows reaches this score: 1 - (1 - p)^looks. Between
/// 0 and `score`.
double score_over_looks(double score, double looks);

/// -log10 P(N >= count) for a Poisson number N with this mean, which must be positive: its first
/// term bounds it where the mean is small; 0 where the mean is not below the count.
double surprise_of_number(double count, double mean);

/// Whether so many are no more than chance makes of this mean in one job of twenty: what an
/// intruder's few visits may look like.
bool may_be_chance(double count, double mean);

/// Standard deviations of a normal variable whose upper tail has this score; the score must be
/// between 0.4 and 300.
double normal_deviations(double score);

/// The same of Student's t; the score must be between 0.4 and 300.
double t_deviations(double score, unsigned degrees);

}  // namespace pidometer
