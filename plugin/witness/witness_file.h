#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/witness/witness_sources.h"

namespace pidometer {

/// A line or record of a witness file, where it lies. The views live until the next one.
struct PlacedLine {
  WitnessLine line;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t number = 0;  ///< from 1
  bool damaged = false;      ///< its bytes are not what was on the disk: `line` is not set
};

/// How a file's reading ended.
struct WitnessFileEnd {
  std::vector<DamagedRange> damage;
  std::string broken;    ///< why it was not read to its end; empty where it was
  bool stopped = false;  ///< the monitor said no, or the visitor did
};

/// Whether the file is a journal in one of its text forms, by its first bytes.
bool is_journal_text(const LogFile& file);

/// Shows every line or record of a witness file. `visit` may end the reading by false.
WitnessFileEnd read_witness_file(const LogFile& file, const WitnessSource& source,
                                 const ReadMonitor& monitor,
                                 const std::function<bool(const PlacedLine&)>& visit);

/// The texts at these offsets (ascending) of a witness file, each as a row quotes it. Texts that
/// cannot be read again are errors.
std::vector<Result<std::string>> fetch_witness_texts(const LogFile& file,
                                                     const WitnessSource& source,
                                                     const std::vector<std::uint64_t>& offsets);

}  // namespace pidometer
