#include "cli/custody.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <span>
#include <system_error>

#include "base/sha256.h"
#include "cli/earlier_record.h"
#include "cli/file_hash.h"
#include "cli/output_file.h"
#include "cli/run_record.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

std::string absolute(const std::string& name) {
  std::error_code failed;
  const fs::path path = fs::absolute(name, failed).lexically_normal();
  return failed ? name : path.string();
}

Result<void> write_file(const Options& options, const char* name, const std::string& text) {
  return write_whole_file((fs::path(options.directory) / name).string(), options.force, text);
}

}  // namespace

CustodyRecord start_custody(const Options& options, const RunRecord& run) {
  CustodyRecord record;
  record.examiner = options.examiner;
  record.case_id = options.case_id;
  record.evidence_id = options.evidence_id;
  record.started = run.started;
  record.user = run.user;
  record.user_id = geteuid();
  if (const char* sudo = std::getenv("SUDO_USER"); sudo != nullptr) record.sudo_user = sudo;
  record.host = run.host;
  record.system = run.system;
  record.command_line = run.command_line;
  record.working_directory = run.working_directory;
  record.directory = absolute(options.directory);
  record.program_sha256 = file_sha256("/proc/self/exe");
  return record;
}

Result<void> check_custody_names(const Options& options) {
  if (options.force) return {};
  for (const char* name : {kCustodyJsonName, kCustodyTextName, kSumsName}) {
    std::error_code ignored;
    if (fs::exists(fs::path(options.directory) / name, ignored))
      return fail(ErrorKind::usage, "will not extract to " + options.directory,
                  std::string(name) + " of another extraction is there",
                  "give another folder, or add --force");
  }
  return {};
}

Result<std::string> write_custody(CustodyRecord& record, const Options& options,
                                  const RunSummary& summary) {
  for (const SummaryInput& input : summary.inputs)
    record.input_paths.push_back(absolute(input.name));
  record.ended = time_now();
  const std::string json = custody_json(record, summary);
  Result<void> written = write_file(options, kCustodyJsonName, json);
  if (written) written = write_file(options, kCustodyTextName, custody_text(record, summary));
  if (!written) return tl::unexpected(written.error());
  Sha256 sum;
  sum.update(std::as_bytes(std::span(json)));
  return sum.finish();
}

}  // namespace pidometer
