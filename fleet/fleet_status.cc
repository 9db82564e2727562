#include "fleet/fleet_status.h"

#include <algorithm>
#include <array>
#include <utility>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/input_json.h"
#include "plugin/timeline/json_fields.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

using Json = DocumentJson;

constexpr std::array<std::pair<ImageState, std::string_view>, 6> kStates = {{
    {ImageState::waiting, "waiting"},
    {ImageState::running, "running"},
    {ImageState::complete, "complete"},
    {ImageState::partial, "partial"},
    {ImageState::failed, "failed"},
    {ImageState::unreachable, "unreachable"},
}};

Json texts(const std::vector<std::string>& all) {
  return array_of(all, escape_bytes);
}

Json output_json(const FleetOutput& output) {
  Json json = {{"file", escape_bytes(output.file)}, {"bytes", output.bytes}};
  put_text(json, "sha256", output.sha256);
  return json;
}

Json outputs_json(const std::vector<FleetOutput>& outputs) {
  Json json = Json::object();
  for (const FleetOutput& output : outputs) json[output.kind] = output_json(output);
  return json;
}

/// Its paths are escaped already.
Json file_json(const InputFile& file) {
  return {{"path", file.path}, {"size", file.size}, {"modified_ns", file.modified}};
}

Json tool_json(const std::string& version, const std::string& sha256) {
  Json json = {{"name", "pidometer"}, {"version", version}};
  put_text(json, "sha256", sha256);
  return json;
}

/// What stands behind the state and the way in which the process ended.
void put_result(Json& json, const ImageResult& result) {
  put_text(json, "message", result.message);
  put_text(json, "help", result.help);
  if (!result.warning_counts.empty()) json["warning_counts"] = result.warning_counts;
  put_text(json, "started", result.started);
  put_text(json, "ended", result.ended);
  json["arguments"] = result.arguments;
  json["files"] = array_of(result.files, file_json);
  json["outputs"] = outputs_json(result.outputs);
}

Json earlier_json(const EarlierResult& earlier) {
  Json json = {{"why", earlier.why},
               {"tool", tool_json(earlier.tool_version, earlier.tool_sha256)},
               {"state", image_state_name(earlier.state)}};
  if (earlier.exit_status) json["exit_status"] = *earlier.exit_status;
  put_result(json, earlier);
  return json;
}

/// Which image it is, and what was said of it.
Json named_json(const FleetEntry& entry) {
  const FleetImage& image = entry.image;
  Json json = {{"name", entry.name}, {"inputs", texts(image.segments)}};
  put_text(json, "case_id", image.case_id);
  put_text(json, "evidence_id", image.evidence_id);
  put_text(json, "hostname", image.hostname);
  put_text(json, "timezone", image.timezone);
  if (image.year) json["year"] = *image.year;
  if (image.root) json["root"] = true;
  return json;
}

Json image_json(const FleetEntry& entry) {
  Json json = named_json(entry);
  json["state"] = image_state_name(entry.state);
  if (entry.kept) json["kept"] = true;
  if (entry.exit_status) json["exit_status"] = *entry.exit_status;
  if (entry.signal != 0) json["signal"] = entry.signal;
  put_result(json, entry);
  if (entry.earlier) json["earlier"] = earlier_json(*entry.earlier);
  return json;
}

Json unlisted_json(const FleetEntry& entry) {
  Json json = named_json(entry);
  if (entry.earlier) json["earlier"] = earlier_json(*entry.earlier);
  return json;
}

FleetCall call_of(const FleetStatus& status) {
  FleetCall call;
  call.tool_version = status.tool_version;
  call.tool_sha256 = status.tool_sha256;
  call.state = status.state;
  call.exit_status = status.exit_status;
  call.started = iso8601(status.started);
  call.updated = iso8601(status.updated);
  if (status.ended) call.ended = iso8601(*status.ended);
  for (const std::string& word : status.command_line)
    call.command_line.push_back(escape_bytes(word));
  call.working_directory = escape_bytes(status.working_directory);
  call.user = escape_bytes(status.user);
  call.host = escape_bytes(status.host);
  call.case_sha256 = status.case_sha256;
  return call;
}

/// Beside the tool: what stands of the last run at the top of the document, too.
void put_call(Json& json, const FleetCall& call) {
  json["started"] = call.started;
  json["updated"] = call.updated;
  put_text(json, "ended", call.ended);
  json["command_line"] = call.command_line;
  put_text(json, "working_directory", call.working_directory);
  put_text(json, "user", call.user);
  put_text(json, "host", call.host);
  put_text(json, "case_sha256", call.case_sha256);
}

Json call_json(const FleetCall& call) {
  Json json = {{"tool", tool_json(call.tool_version, call.tool_sha256)}, {"state", call.state}};
  if (call.exit_status) json["exit_status"] = *call.exit_status;
  put_call(json, call);
  return json;
}

Json counts_json(const FleetStatus& status) {
  Json json = {{"total", status.images.size()}};
  for (const auto& [state, name] : kStates) json[std::string(name)] = count_images(status, state);
  return json;
}

}  // namespace

std::string_view image_state_name(ImageState state) {
  for (const auto& [one, name] : kStates)
    if (one == state) return name;
  return {};
}

std::size_t count_images(const FleetStatus& status, ImageState state) {
  return static_cast<std::size_t>(std::ranges::count(status.images, state, &FleetEntry::state));
}

std::string write_fleet_status(const FleetStatus& status) {
  Json json = {{"status_version", kFleetStatusVersion},
               {"tool", tool_json(status.tool_version, status.tool_sha256)},
               {"state", status.state}};
  if (status.exit_status) json["exit_status"] = *status.exit_status;
  json["counts"] = counts_json(status);
  const FleetCall call = call_of(status);
  put_call(json, call);
  json["pid"] = status.pid;
  json["jobs"] = status.jobs;
  if (status.timeline) json["timeline"] = output_json(*status.timeline);
  json["runs"] = array_of(status.earlier_runs, call_json);
  json["runs"].push_back(call_json(call));
  json["errors"] = array_of(status.errors, error_json);
  if (!status.notes.empty()) json["notes"] = texts(status.notes);
  json["images"] = array_of(status.images, image_json);
  if (!status.unlisted.empty()) json["unlisted"] = array_of(status.unlisted, unlisted_json);
  return dump_json(json, 1) + "\n";
}

}  // namespace pidometer
