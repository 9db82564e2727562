#pragma once

#include <cstddef>
#include <cstdint>

namespace pidometer {

/// What an archive may cost. Each limit that is met is told, with the member at which it was.
struct ArchiveLimits {
  /// Members looked at. A file server has some ten million files; an archive of empty members costs
  /// its maker nothing, and this many take about a minute.
  std::uint64_t most_members = 50'000'000;

  /// Names kept, at some 120 bytes each: 360 MB at worst, of the 1 GB that reading may take. A full
  /// system has below a million. Beyond it only what has a log's name is still taken.
  std::size_t most_indexed = 3'000'000;

  /// Members kept behind `most_indexed` because of their names.
  std::size_t most_indexed_logs = 100'000;

  /// Bytes of a member's name: Linux's PATH_MAX (4096) for the path on the host and the same again
  /// for where the collector put it.
  std::size_t longest_name = 8192;

  /// Unpacked bytes of all logs together: above any host's logs, below an analyst's disk.
  std::uint64_t most_kept = std::uint64_t{64} << 30;

  /// Unpacked bytes for each packed one. Deflate cannot exceed 1032 (zlib's documentation); a log
  /// of cron packs 10 to 30 to 1, one of nothing but a repeated line some 300 to 1 with gzip and
  /// 1000 to 7000 to 1 with xz and zstd.
  std::uint64_t most_per_packed_byte = 1100;

  /// The ratio counts from here on: below it a bomb is no bomb.
  std::uint64_t ratio_floor = std::uint64_t{1} << 30;

  /// Bytes of kept members in memory before they go to a scratch file.
  std::size_t memory = std::size_t{32} << 20;

  /// The same where no scratch file is to be had: what exceeds it is left out.
  std::size_t memory_without_scratch = std::size_t{256} << 20;
};

}  // namespace pidometer
