#include <cstddef>

#include "plugin/timeline/custody.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/input_json.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

void put_time(DocumentJson& json, const char* key, const std::optional<Timestamp>& time) {
  if (time) json[key] = iso8601(*time);
}

DocumentJson file_json(const CustodyFile& file) {
  const FileEntry& entry = file.entry;
  DocumentJson json = {{"extracted", escape_bytes(file.extracted)},
                       {"form", file.decoded ? "decoded" : "stored"},
                       {"input", escape_bytes(file.input)}};
  put_text(json, "volume", file.volume);
  json["filename"] = escape_bytes(entry.path);
  if (!entry.other_paths.empty()) json["other_filenames"] = strings_json(entry.other_paths);
  if (entry.inode) json["inode"] = std::to_string(*entry.inode);
  json["size"] = entry.size;
  put_time(json, "modified", entry.modified);
  put_time(json, "changed", entry.changed);
  put_time(json, "created", entry.created);
  json["bytes"] = file.bytes;
  json["sha256"] = file.sha256;
  std::uint64_t replayed = 0;
  for (const ByteRange& range : entry.replayed) replayed += range.end - range.begin;
  if (replayed > 0) json["replayed_bytes"] = replayed;
  if (entry.recovery) json["recovered"] = recovery_method_name(entry.recovery->method);
  json["damage"] = array_of(file.damage, damage_json);
  return json;
}

DocumentJson inputs_json(const CustodyRecord& record, const RunSummary& summary) {
  DocumentJson json = DocumentJson::array();
  for (std::size_t i = 0; i < summary.inputs.size(); ++i) {
    DocumentJson one = input_json(summary.inputs[i]);
    if (i < record.input_paths.size()) put_text(one, "path", record.input_paths[i]);
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace

std::string custody_json(const CustodyRecord& record, const RunSummary& summary) {
  DocumentJson json = {{"custody_version", kCustodyFormVersion},
                       {"tool",
                        {{"name", summary.tool_name},
                         {"version", summary.tool_version},
                         {"libraries", strings_json(summary.libraries)}}}};
  put_text(json["tool"], "sha256", record.program_sha256);
  put_text(json, "case", record.case_id);
  put_text(json, "evidence", record.evidence_id);
  put_text(json, "examiner", record.examiner);
  json["user"] = {{"name", escape_bytes(record.user)}, {"uid", record.user_id}};
  put_text(json["user"], "sudo_user", record.sudo_user);
  json["host"] = {{"name", escape_bytes(record.host)}, {"system", escape_bytes(record.system)}};
  json["command_line"] = strings_json(record.command_line);
  json["working_directory"] = escape_bytes(record.working_directory);
  json["started"] = iso8601(record.started);
  json["ended"] = iso8601(record.ended);
  json["exit_status"] = record.exit_status;
  json["complete"] = record.complete;
  json["directory"] = escape_bytes(record.directory);
  json["inputs"] = inputs_json(record, summary);
  json["files"] = array_of(record.files, file_json);
  put_text(json, "sha256sums_sha256", record.sums_sha256);
  json["missing"] = strings_json(record.missing);
  if (!record.earlier_files.empty()) json["earlier_files"] = strings_json(record.earlier_files);
  json["errors"] = array_of(summary.errors, error_json);
  json["warnings"] = array_of(summary.warnings, warning_json);
  return dump_json(json, 2) + "\n";
}

std::set<std::string> files_of_custody_json(std::string_view json) {
  std::set<std::string> files;
  const DocumentJson record = DocumentJson::parse(json, nullptr, false);
  if (!record.is_object()) return files;
  const auto add = [&files](const DocumentJson& name) {
    if (name.is_string()) files.insert(unescape_bytes(name.get<std::string>()));
  };
  if (const auto list = record.find("files"); list != record.end() && list->is_array())
    for (const DocumentJson& file : *list)
      if (file.is_object() && file.contains("extracted")) add(file["extracted"]);
  if (const auto list = record.find("earlier_files"); list != record.end() && list->is_array())
    for (const DocumentJson& name : *list) add(name);
  return files;
}

}  // namespace pidometer
