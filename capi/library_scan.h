#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "capi/fed_logs.h"
#include "cli/exit_status.h"

namespace pidometer {

/// Takes a row without its newline; false stops the run.
using RowSink = std::function<bool(const std::string& row)>;

/// One run of `pidometer scan` for a host program: the same options, rows and summary, without
/// files, streams or signals of its own. Not thread-safe but for cancel().
class LibraryScan {
 public:
  /// An option by its long name; no value takes it back. Errors: ErrorKind::usage.
  Result<void> set(std::string_view name, std::optional<std::string> value);
  Result<void> add_path(std::string path);
  /// Errors: ErrorKind::usage for a name that was used or is empty, unsupported for packed bytes.
  Result<void> add_log(FedLog log);
  /// To the log added last. Errors: ErrorKind::usage where it was refused, or none was added.
  Result<void> append(std::string_view bytes);
  /// A log was to be added, and is refused before it comes here.
  void refuse_log() { log_ = Adding::refused; }

  /// Once. Errors of single inputs stand in errors() too; one is returned where nothing could be
  /// read, and where the run was stopped (stopped() tells).
  Result<void> run(const RowSink& sink);
  /// Any thread, and signal handlers.
  void cancel() { cancelled_ = true; }

  bool has_run() const { return has_run_; }
  bool stopped() const { return outcome_ == exit_interrupted; }
  /// Of a scan that has run.
  ExitStatus outcome() const { return outcome_; }
  const std::vector<Error>& errors() const { return errors_; }
  const std::string& summary() const { return summary_; }

 private:
  /// What became of the log that was to be added last.
  enum class Adding { none, refused, added };

  Result<void> refuse_late() const;

  std::map<std::string, std::string, std::less<>> settings_;
  std::vector<std::string> paths_;
  std::vector<FedLog> logs_;
  std::set<std::string> log_names_;
  Adding log_ = Adding::none;
  std::atomic<bool> cancelled_ = false;
  bool has_run_ = false;
  ExitStatus outcome_ = exit_nothing;
  std::vector<Error> errors_;
  std::string summary_;
};

}  // namespace pidometer
