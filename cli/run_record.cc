#include "cli/run_record.h"

#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <system_error>

namespace pidometer {
namespace {

std::string user_name(uid_t user) {
  const passwd* const entry = getpwuid(user);
  return entry == nullptr ? std::to_string(user) : std::string(entry->pw_name);
}

}  // namespace

Timestamp time_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
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
