// The half of fleet_status.h that reads. What an earlier run wrote may have been changed since:
// everything is checked, and what is not understood is no result to build on.
#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "fleet/fleet_status.h"
#include "fleet/input_files.h"
#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

using Json = nlohmann::json;

/// The value of a key where it has the type; null else.
const Json* member(const Json& json, const char* key, Json::value_t type) {
  if (!json.is_object()) return nullptr;
  const auto at = json.find(key);
  if (at == json.end()) return nullptr;
  const bool integers = type == Json::value_t::number_integer && at->is_number_integer();
  return at->type() == type || integers ? &*at : nullptr;
}

std::string text_of(const Json& json, const char* key) {
  const Json* const text = member(json, key, Json::value_t::string);
  return text == nullptr ? std::string() : text->get<std::string>();
}

std::optional<std::int64_t> integer_of(const Json& json, const char* key) {
  const Json* const number = member(json, key, Json::value_t::number_integer);
  return number == nullptr ? std::nullopt : std::optional(number->get<std::int64_t>());
}

std::vector<std::string> texts_of(const Json& json, const char* key) {
  std::vector<std::string> texts;
  if (const Json* const array = member(json, key, Json::value_t::array))
    for (const Json& one : *array) texts.push_back(one.is_string() ? one.get<std::string>() : "");
  return texts;
}

ImageState state_of(const std::string& name) {
  for (const ImageState state :
       {ImageState::complete, ImageState::partial, ImageState::failed, ImageState::unreachable})
    if (image_state_name(state) == name) return state;
  // Of one that was running nobody knows how far it came.
  return ImageState::waiting;
}

/// Not to be verified, and so not to be kept, where anything is missing: no file has these values.
constexpr std::int64_t kUnknown = -1;

FleetOutput output_of(const Json& json) {
  return {{},
          text_of(json, "file"),
          static_cast<std::uint64_t>(integer_of(json, "bytes").value_or(kUnknown)),
          text_of(json, "sha256")};
}

void read_result(const Json& json, ImageResult& entry) {
  entry.arguments = texts_of(json, "arguments");
  entry.state = state_of(text_of(json, "state"));
  entry.message = text_of(json, "message");
  entry.help = text_of(json, "help");
  if (const Json* const counts = member(json, "warning_counts", Json::value_t::object))
    for (const auto& [kind, count] : counts->items())
      if (count.is_number_unsigned()) entry.warning_counts[kind] = count.get<std::uint64_t>();
  entry.started = text_of(json, "started");
  entry.ended = text_of(json, "ended");
  if (const auto status = integer_of(json, "exit_status"))
    entry.exit_status = static_cast<int>(*status);
  if (const Json* const files = member(json, "files", Json::value_t::array))
    for (const Json& file : *files)
      entry.files.push_back(
          {text_of(file, "path"),
           static_cast<std::uint64_t>(integer_of(file, "size").value_or(kUnknown)),
           integer_of(file, "modified_ns").value_or(kUnknown)});
  if (const Json* const outputs = member(json, "outputs", Json::value_t::object))
    for (const auto& [kind, one] : outputs->items()) {
      entry.outputs.push_back(output_of(one));
      entry.outputs.back().kind = kind;
    }
}

void read_tool(const Json& json, std::string& version, std::string& sha256) {
  const Json* const tool = member(json, "tool", Json::value_t::object);
  if (tool == nullptr) return;
  version = text_of(*tool, "version");
  sha256 = text_of(*tool, "sha256");
}

FleetImage image_of(const Json& json) {
  FleetImage image;
  for (const std::string& segment : texts_of(json, "inputs"))
    image.segments.push_back(unescape_bytes(segment));
  for (const auto& [key, text] :
       {std::pair("case_id", &image.case_id), std::pair("evidence_id", &image.evidence_id),
        std::pair("hostname", &image.hostname), std::pair("timezone", &image.timezone)})
    *text = unescape_bytes(text_of(json, key));
  if (const auto year = integer_of(json, "year")) image.year = static_cast<int>(*year);
  if (const Json* const root = member(json, "root", Json::value_t::boolean))
    image.root = root->get<bool>();
  return image;
}

/// A run of which its record is whole enough to be one.
std::optional<FleetCall> call_of(const Json& json) {
  FleetCall call;
  read_tool(json, call.tool_version, call.tool_sha256);
  call.state = text_of(json, "state");
  if (const auto status = integer_of(json, "exit_status"))
    call.exit_status = static_cast<int>(*status);
  call.started = text_of(json, "started");
  call.updated = text_of(json, "updated");
  call.ended = text_of(json, "ended");
  call.command_line = texts_of(json, "command_line");
  call.working_directory = text_of(json, "working_directory");
  call.user = text_of(json, "user");
  call.host = text_of(json, "host");
  call.case_sha256 = text_of(json, "case_sha256");
  const bool whole = !call.tool_version.empty() && !call.tool_sha256.empty() &&
                     !call.state.empty() && !call.started.empty() && !call.updated.empty() &&
                     !call.command_line.empty();
  return whole ? std::optional(std::move(call)) : std::nullopt;
}

std::vector<FleetCall> calls_of(const Json& json) {
  std::vector<FleetCall> calls;
  if (const Json* const runs = member(json, "runs", Json::value_t::array)) {
    for (const Json& run : *runs)
      if (std::optional<FleetCall> call = call_of(run)) calls.push_back(std::move(*call));
  } else if (std::optional<FleetCall> call = call_of(json)) {
    calls.push_back(std::move(*call));  // of a version that told of the last one only
  }
  return calls;
}

FleetEntry entry_of(const Json& json) {
  FleetEntry entry;
  entry.name = text_of(json, "name");
  entry.image = image_of(json);
  read_result(json, entry);
  if (const Json* const earlier = member(json, "earlier", Json::value_t::object)) {
    entry.earlier.emplace();
    read_tool(*earlier, entry.earlier->tool_version, entry.earlier->tool_sha256);
    read_result(*earlier, *entry.earlier);
  }
  return entry;
}

/// The inputs among the arguments of a process, from the root on.
void complete_arguments(const std::filesystem::path& folder, ImageResult& result) {
  const auto inputs = std::ranges::find(result.arguments, "--");
  if (inputs == result.arguments.end()) return;
  for (auto word = inputs + 1; word != result.arguments.end(); ++word)
    *word = path_given_as(*word, folder, result.files);
}

/// From the root on: what the run was given goes by its working folder, where an image was not
/// given to an earlier run. What is read here is written again by a run in another folder.
void complete_inputs(const std::filesystem::path& folder, std::vector<FleetEntry>& images) {
  for (FleetEntry& entry : images) {
    const std::vector<InputFile>& files =
        entry.files.empty() && entry.earlier ? entry.earlier->files : entry.files;
    for (std::string& segment : entry.image.segments)
      segment = unescape_bytes(path_given_as(escape_bytes(segment), folder, files));
    complete_arguments(folder, entry);
    if (entry.earlier) complete_arguments(folder, *entry.earlier);
  }
}

}  // namespace

Result<FleetStatus> read_fleet_status(std::string_view bytes, const std::string& name) {
  const Json json = Json::parse(bytes, nullptr, false);
  const Json* const images = member(json, "images", Json::value_t::array);
  if (images == nullptr || integer_of(json, "status_version") != kFleetStatusVersion)
    return fail(ErrorKind::usage, name + " is no status file of a fleet",
                json.is_discarded() ? "it is no JSON" : "it is of another form, or of a later one",
                "give another folder, or add --force to begin anew");
  FleetStatus status;
  read_tool(json, status.tool_version, status.tool_sha256);
  status.working_directory = unescape_bytes(text_of(json, "working_directory"));
  status.earlier_runs = calls_of(json);
  for (const Json& image : *images) status.images.push_back(entry_of(image));
  if (const Json* const unlisted = member(json, "unlisted", Json::value_t::array))
    for (const Json& image : *unlisted) status.unlisted.push_back(entry_of(image));
  for (std::vector<FleetEntry>* const all : {&status.images, &status.unlisted})
    complete_inputs(status.working_directory, *all);
  return status;
}

}  // namespace pidometer
