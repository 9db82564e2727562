#include <fmt/format.h>

#include <string_view>

#include "plugin/timeline/custody.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

constexpr int kLabelColumns = 20;

/// `label               value`; nothing where there is no value.
std::string fact(std::string_view label, std::string_view value) {
  if (value.empty()) return {};
  return fmt::format("{:<{}}{}\n", label, kLabelColumns, escape_bytes(value));
}

std::string damage_text(const std::vector<DamagedRange>& damage) {
  std::string text;
  for (const DamagedRange& one : damage)
    text += fact("  damage", one.range.end == kUnknownEnd
                                 ? fmt::format("from byte {}: {}", one.range.begin, one.reason)
                                 : fmt::format("bytes {} to {}: {}", one.range.begin, one.range.end,
                                               one.reason));
  return text;
}

std::string input_text(const SummaryInput& input, const std::string& path) {
  std::string text = fact("Input", input.name);
  text += fact("  path", path) + fact("  kind", input.kind);
  text += fact("  bytes", std::to_string(input.size));
  for (const std::string& segment : input.segments) text += fact("  segment", segment);
  // Nobody reads a disk to its end for the sake of some logs.
  text += fact("  MD5 stored in it", input.stored_md5);
  text += fact("  SHA-1 stored in it", input.stored_sha1);
  if (input.stored_md5.empty() && input.stored_sha1.empty())
    text += fact("  hashes", "none is stored in it");
  return text + damage_text(input.damage);
}

std::string file_text(const CustodyFile& file) {
  const FileEntry& entry = file.entry;
  std::string text = fact("File", file.extracted);
  text += fact("  from", fmt::format("{}: {}{}{}", file.input, file.volume,
                                     file.volume.empty() ? "" : ":", entry.path));
  for (const std::string& other : entry.other_paths) text += fact("  also named", other);
  if (entry.inode) text += fact("  inode", std::to_string(*entry.inode));
  text += fact("  form", file.decoded ? "unpacked" : "as stored");
  text += fact("  bytes", std::to_string(file.bytes));
  if (entry.modified) text += fact("  modified", iso8601(*entry.modified));
  text += fact("  SHA-256", file.sha256);
  if (entry.recovery) text += fact("  recovered", recovery_method_name(entry.recovery->method));
  return text + damage_text(file.damage);
}

std::string_view outcome(const CustodyRecord& record) {
  return record.complete ? "complete" : "NOT COMPLETE: see Missing, Error and damage";
}

}  // namespace

std::string custody_text(const CustodyRecord& record, const RunSummary& summary) {
  std::string text = "Record of custody\n\n";
  text += fact("Case", record.case_id) + fact("Evidence", record.evidence_id);
  text += fact("Examiner", record.examiner);
  text += fact("User", fmt::format("{} (uid {}){}", record.user, record.user_id,
                                   record.sudo_user.empty()
                                       ? std::string()
                                       : fmt::format(", by sudo from {}", record.sudo_user)));
  text += fact("Host", fmt::format("{}, {}", record.host, record.system));
  text += fact("Started", iso8601(record.started)) + fact("Ended", iso8601(record.ended));
  text += fact("Tool", summary.tool_name + " " + summary.tool_version);
  for (const std::string& library : summary.libraries) text += fact("  with", library);
  text += fact("  SHA-256", record.program_sha256);
  std::string command;
  for (const std::string& word : record.command_line)
    command += fmt::format("{}[{}]", command.empty() ? "" : " ", word);
  text += fact("Command", command) + fact("  in", record.working_directory);
  text += fact("Folder", record.directory);
  text += fact("Outcome", fmt::format("{} (exit status {})", outcome(record), record.exit_status));
  for (std::size_t i = 0; i < summary.inputs.size(); ++i) {
    text += '\n';
    text += input_text(summary.inputs[i],
                       i < record.input_paths.size() ? record.input_paths[i] : std::string());
  }
  for (const CustodyFile& file : record.files) {
    text += '\n';
    text += file_text(file);
  }
  text += '\n';
  for (const std::string& missing : record.missing) text += fact("Missing", missing);
  for (const std::string& earlier : record.earlier_files)
    text += fact("Of an earlier run", earlier);
  for (const Error& error : summary.errors)
    text +=
        fact("Error", error.reason.empty() ? error.message : error.message + ": " + error.reason);
  text += fact("SHA256SUMS", record.sums_sha256);
  return text;
}

}  // namespace pidometer
