#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "fleet/case_file.h"

namespace pidometer {

/// What became of an image, as the status file spells it.
enum class ImageState : std::uint8_t {
  waiting,
  running,
  complete,  ///< all was read, a cron log found or not
  partial,   ///< its rows are valid; part of the evidence was lost
  failed,    ///< nothing of it could be used; the message says why
  /// Its files cannot be reached now; what an earlier run made of them is verified but for that.
  unreachable,
};

/// A file that the input is made of, as it was when it was looked at.
struct InputFile {
  std::string path;  ///< absolute; escaped as all text of the status is
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since 1970

  friend bool operator==(const InputFile&, const InputFile&) = default;
};

/// A file that was written.
struct FleetOutput {
  std::string kind;  ///< rows, summary, report, log
  std::string file;  ///< relative to the folder of the fleet
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// What a scan made of an image.
struct ImageResult {
  /// With which it is scanned; not the names of outputs. Escaped.
  std::vector<std::string> arguments;
  std::vector<InputFile> files;
  ImageState state = ImageState::waiting;
  std::optional<int> exit_status;  ///< where its process ended by itself
  std::string message;             ///< why it is not complete
  std::string started;             ///< ISO 8601; empty: not yet
  std::string ended;
  std::vector<FleetOutput> outputs;
  std::string help = {};  ///< what to do where there is no result
  std::map<std::string, std::uint64_t> warning_counts = {};  ///< by kind
};

/// What a run before this one left of an image, and lies there until there is better.
struct EarlierResult : ImageResult {
  std::string why;  ///< it does not hold for this run
  std::string tool_version;
  std::string tool_sha256;
};

/// One image of a fleet.
struct FleetEntry : ImageResult {
  std::string name;
  FleetImage image;
  bool kept = false;  ///< of an earlier run, verified
  int signal = 0;     ///< that ended its process; 0: none
  std::optional<EarlierResult> earlier;
};

/// One run over the folder. All texts are escaped, and times ISO 8601.
struct FleetCall {
  std::string tool_version;
  std::string tool_sha256;
  std::string state;  ///< as FleetStatus has it; of a run that was killed what it was at
  std::optional<int> exit_status;
  std::string started;
  std::string updated;  ///< when it last wrote the status
  std::string ended;    ///< empty: it was killed, or goes on
  std::vector<std::string> command_line;
  std::string working_directory;
  std::string user;
  std::string host;
  std::string case_sha256;

  friend bool operator==(const FleetCall&, const FleetCall&) = default;
};

/// What the status file says (docs/fleets.md, schemas/fleet_status.schema.json).
struct FleetStatus {
  std::string tool_version;
  std::string tool_sha256;
  std::string case_sha256;  ///< of the list of --case
  /// planning, running, timeline; at the end interrupted, complete, partial, failed
  std::string state = "running";
  std::optional<int> exit_status;
  std::vector<std::string> command_line;
  std::string working_directory;
  std::string user;
  std::string host;
  std::int64_t pid = 0;
  int jobs = 1;
  Timestamp started;
  Timestamp updated;
  std::optional<Timestamp> ended;
  std::optional<FleetOutput> timeline;
  std::vector<FleetEntry> images;
  /// Images of earlier runs that are not in the list of this one, with what is `earlier` of them.
  std::vector<FleetEntry> unlisted;
  std::vector<Error> errors;       ///< of no one image
  std::vector<std::string> notes;  ///< what was said of several images, as copies of one
  /// Those that this one goes on with, in order; of a status that was read, its own run too.
  std::vector<FleetCall> earlier_runs;
};

inline constexpr int kFleetStatusVersion = 1;

std::string_view image_state_name(ImageState state);

/// As one JSON document, indented by one, with its newline.
std::string write_fleet_status(const FleetStatus& status);

/// What an earlier run wrote, as far as --resume needs it: version, runs, working folder, and
/// images with what is said of them, state, arguments, files, outputs; their inputs from the root
/// on. `name` is the file's. Errors: ErrorKind::usage where it is no such document.
Result<FleetStatus> read_fleet_status(std::string_view bytes, const std::string& name);

/// Images in a state.
std::size_t count_images(const FleetStatus& status, ImageState state);

}  // namespace pidometer
