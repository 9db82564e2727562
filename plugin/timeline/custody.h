#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "base/timestamp.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// A file that was copied out of an input.
struct CustodyFile {
  std::string extracted;  ///< path below the folder, as SHA256SUMS has it
  std::string input;
  std::string volume;
  FileEntry entry;       ///< as its filesystem describes it
  bool decoded = false;  ///< unpacked; else the bytes as they lie on the volume
  std::uint64_t bytes = 0;
  std::string sha256;  ///< of what was written
  std::vector<DamagedRange> damage = {};
};

/// Who copied what out of which evidence, when, with what, and what could not be had.
struct CustodyRecord {
  std::string examiner;  ///< empty: not said; case_id and evidence_id likewise
  std::string case_id;
  std::string evidence_id;

  std::string user;  ///< of the process; a number where the system has no name for it
  std::uint32_t user_id = 0;
  std::string sudo_user;  ///< empty: sudo(8) names none
  std::string host;
  std::string system;  ///< `Linux 6.1.0-18-amd64 x86_64`
  std::vector<std::string> command_line;
  std::string working_directory;
  std::string program_sha256;  ///< of the program's file; empty where it cannot be read

  Timestamp started;
  Timestamp ended;
  int exit_status = 0;
  bool complete = false;  ///< nothing is missing or damaged, nobody interrupted it

  std::string directory;                 ///< where the files went
  std::vector<std::string> input_paths;  ///< absolute; parallel to the summary's inputs
  std::vector<CustodyFile> files;
  /// What was seen and is not in `files`, or is there and all of its bytes are damaged; in words.
  std::vector<std::string> missing;
  /// Files of an earlier record that are still in the folder, of which this one says nothing.
  std::vector<std::string> earlier_files = {};
  std::string sums_sha256;  ///< of SHA256SUMS; empty where it was not written
};

/// The version of the record's form; schemas/README.md says what a change of it means.
inline constexpr int kCustodyFormVersion = 1;

/// One JSON document, as schemas/custody.schema.json has it. Tool, libraries, inputs, warnings and
/// errors are the summary's.
std::string custody_json(const CustodyRecord& record, const RunSummary& summary);

/// The same for a file of papers.
std::string custody_text(const CustodyRecord& record, const RunSummary& summary);

/// The files that the JSON document speaks of, by their paths below its folder: its own, and those
/// of earlier ones. None where it is no such document.
std::set<std::string> files_of_custody_json(std::string_view json);

}  // namespace pidometer
