#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tsk_reader/evidence.h"
#include "tsk_reader/evidence/log_finder.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// Warnings of one input; looking twice (cron logs, then all logs) must not tell twice.
class InputWarnings {
 public:
  /// `input`: its name as given. `volume` fills in where the warning has none.
  void add(Warning warning, const std::string& input, const std::string& volume);

  const std::vector<Warning>& all() const { return warnings_; }

 private:
  std::vector<Warning> warnings_;
};

/// Makes a log of what was found: the path spec is the caller's to know.
using MakeLog = std::function<std::unique_ptr<LogFile>(const FoundFile&)>;

/// Looks into `folders` of one tree of files that is no volume of an image. Facts are left for the
/// caller; `empty_too` as of find_log_files(). A place that the filesystem itself has warned of is
/// not told again.
std::vector<LogFolder> find_tree_logs(FileSystem& tree, const std::string& volume,
                                      std::span<const std::string_view> folders,
                                      std::span<const std::string_view> globs,
                                      const MakeLog& make_log, std::vector<Warning>& warnings,
                                      bool empty_too = false);

}  // namespace pidometer
