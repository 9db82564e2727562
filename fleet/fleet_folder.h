#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fleet/fleet_status.h"

namespace pidometer {

/// SHA-256 of a file in lower-case hex; empty where it cannot be read.
using FileHash = std::function<std::string(const std::string& path)>;

/// The folder of a fleet (docs/fleets.md): `status.json`, `timeline.jsonl`, and below `images/` the
/// files of each image. One fleet at a time writes there: the lock is held by this object and by
/// all programs that are started meanwhile, so that children that outlive a killed fleet by a
/// moment are waited for.
class FleetFolder {
 public:
  /// Makes the folder where it is not there, and locks it. Errors: ErrorKind::usage where another
  /// fleet has it, ErrorKind::output where it cannot be made.
  static Result<FleetFolder> open(const std::string& path);

  FleetFolder(FleetFolder&& other) noexcept;
  FleetFolder& operator=(FleetFolder&& other) = delete;
  ~FleetFolder();

  std::string status_file() const { return path_ + "/status.json"; }
  std::string timeline_file() const { return path_ + "/timeline.jsonl"; }
  /// Relative to the folder: `images/NAME.jsonl`. Kinds: rows, summary, report, log.
  static std::string image_file(const std::string& name, std::string_view kind);
  std::string absolute(const std::string& relative) const { return path_ + "/" + relative; }

  /// Removes what programs that were killed left of files that they had not finished: of the
  /// status, of the timeline and of the files of these images, by the mark of
  /// base/temporary_name.h. What has another name is somebody else's, evidence even.
  void remove_unfinished(std::span<const FleetEntry> images) const;
  /// A file that is there already and that a run over these images would write, beside the status;
  /// empty where there is none.
  std::string find_result(std::span<const FleetEntry> images) const;
  /// Removes the timeline of an earlier run: it is there where it is that of the status beside it.
  void remove_timeline() const;
  /// Removes what was written of an image before.
  void remove_outputs(const std::string& name) const;
  /// Removes rows and report of an image; log and summary stay.
  void remove_results(const std::string& name) const;
  /// A file that was written; nothing in `bytes` and `sha256` where it is not there.
  FleetOutput measure(const std::string& kind, const std::string& file, const FileHash& hash) const;

  /// Names of images of which there are files and which are not among `images`, in order.
  std::vector<std::string> other_images(std::span<const FleetEntry> images) const;

  /// Takes over from an earlier run what is complete and can be verified: the same arguments, the
  /// same version of the program, inputs of the same size and time, outputs of the same hash, with
  /// a report where `reports`. An image without `files` is never taken over: of a folder nobody
  /// knows whether it is the same. Returns how many.
  std::size_t keep_complete(const FleetStatus& earlier, FleetStatus& now, bool reports,
                            const FileHash& hash) const;

 private:
  FleetFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

}  // namespace pidometer
