#include "cli/run_record.h"

#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "cli/file_hash.h"
#include "fleet/input_files.h"
#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

std::string user_name(uid_t user) {
  const passwd* const entry = getpwuid(user);
  return entry == nullptr ? std::to_string(user) : std::string(entry->pw_name);
}

/// `2025b` of `# version 2025b`, the first line of the compiled zones' source; empty where it is
/// not there.
std::string tzdata_version() {
  std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
  std::string line;
  constexpr std::string_view kBegin = "# version ";
  std::getline(file, line);
  return line.starts_with(kBegin) ? line.substr(kBegin.size()) : std::string();
}

}  // namespace

Timestamp time_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void finish_run(const RunSummary& summary, RunRecord& run) {
  std::error_code error;
  run.ended = time_now();
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) run.program = program.string();
  run.program_sha256 = file_sha256("/proc/self/exe");
  run.tzdata = tzdata_version();
  for (const SummaryInput& input : summary.inputs)
    for (const std::string& segment : input.segments)
      if (const std::optional<InputFile> file = look_at_file(segment))
        run.files.push_back({unescape_bytes(file->path), file->size, file->modified});
}

RunRecord start_run(const Options& options) {
  RunRecord run;
  run.started = time_now();
  run.command_line = options.command_line;
  std::error_code ignored;
  run.working_directory = std::filesystem::current_path(ignored).string();
  run.user = user_name(geteuid());
  utsname system{};
  if (uname(&system) == 0) {
    run.host = system.nodename;
    run.system = std::string(system.sysname) + " " + system.release + " " + system.machine;
  }
  return run;
}

}  // namespace pidometer
