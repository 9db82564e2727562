#include "cli/custody.h"

#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <system_error>

#include "cli/output_file.h"
#include "tsk_reader/bytes/hashing.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJsonName = "CUSTODY.json";
constexpr const char* kTextName = "CUSTODY.txt";

Timestamp now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string absolute(const std::string& name) {
  std::error_code failed;
  const fs::path path = fs::absolute(name, failed).lexically_normal();
  return failed ? name : path.string();
}

std::string user_name(uid_t user) {
  const passwd* const entry = getpwuid(user);
  return entry == nullptr ? std::to_string(user) : std::string(entry->pw_name);
}

/// Empty where the file cannot be read.
std::string file_sha256(const char* name) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name, "re"), std::fclose);
  if (file == nullptr) return {};
  Sha256 sum;
  std::array<std::byte, 65536> block{};
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get()))
    sum.update(std::span(block).first(got));
  return std::ferror(file.get()) != 0 ? std::string() : sum.finish();
}

Result<void> write_file(const Options& options, const char* name, const std::string& text) {
  Result<OutputFile> file =
      OutputFile::create((fs::path(options.directory) / name).string(), options.force);
  if (!file) return tl::unexpected(file.error());
  Result<void> written = file->write(text);
  return written ? file->commit() : written;
}

}  // namespace

CustodyRecord start_custody(const Options& options) {
  CustodyRecord record;
  record.examiner = options.examiner;
  record.case_id = options.case_id;
  record.evidence_id = options.evidence_id;
  record.started = now();
  record.user = user_name(geteuid());
  record.user_id = geteuid();
  if (const char* sudo = std::getenv("SUDO_USER"); sudo != nullptr) record.sudo_user = sudo;
  utsname system{};
  if (uname(&system) == 0) {
    record.host = system.nodename;
    record.system = std::string(system.sysname) + " " + system.release + " " + system.machine;
  }
  record.command_line = options.command_line;
  std::error_code ignored;
  record.working_directory = fs::current_path(ignored).string();
  record.directory = absolute(options.directory);
  record.program_sha256 = file_sha256("/proc/self/exe");
  return record;
}

Result<void> check_custody_names(const Options& options) {
  if (options.force) return {};
  for (const char* name : {kJsonName, kTextName, "SHA256SUMS"}) {
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
  record.ended = now();
  const std::string json = custody_json(record, summary);
  Result<void> written = write_file(options, kJsonName, json);
  if (written) written = write_file(options, kTextName, custody_text(record, summary));
  if (!written) return tl::unexpected(written.error());
  Sha256 sum;
  sum.update(std::as_bytes(std::span(json)));
  return sum.finish();
}

}  // namespace pidometer
