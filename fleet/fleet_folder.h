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

/// SHA-256 of a file in lower-case hex; empty where there is none. Errors: it cannot be read, or
/// the run was interrupted.
using FileHash = std::function<Result<std::string>(const std::string& path)>;

/// The folder of a fleet (docs/fleets.md): `status.json`, `timeline.jsonl`, and below `images/` the
/// files of each image. One fleet at a time writes there: the lock is held by this object and by
/// all programs that are started meanwhile, so that children that outlive a killed fleet by a
/// moment are waited for.
class FleetFolder {
 public:
  /// Makes the folder where it is not there, and locks it. Errors: ErrorKind::usage where another
  /// fleet has it, ErrorKind::output where it cannot be made; what was made is gone again then.
  static Result<FleetFolder> open(const std::string& path);

  /// Removes what open() made, as far as nobody put anything there: a run that is refused leaves
  /// nothing.
  void undo();

  FleetFolder(FleetFolder&& other) noexcept;
  FleetFolder& operator=(FleetFolder&& other) = delete;
  ~FleetFolder();

  std::string status_file() const { return path_ + "/status.json"; }
  std::string timeline_file() const { return path_ + "/timeline.jsonl"; }
  /// Relative to the folder: `images/NAME.jsonl`. Kinds: rows, summary, report, log.
  static std::string image_file(const std::string& name, std::string_view kind);
  std::string absolute(const std::string& relative) const { return path_ + "/" + relative; }

  /// Removes what programs that were killed left of files that they had not finished: of the
  /// status and of the timeline, by the mark of base/temporary_name.h. What has another name is
  /// somebody else's, evidence even.
  void remove_unfinished() const;
  /// The same of the files of these images.
  void remove_unfinished(std::span<const FleetEntry> images) const;
  /// A file that is there already and that a run over these images would write, beside the status;
  /// empty where there is none.
  std::string find_result(std::span<const FleetEntry> images) const;
  /// Whether there are rows of an image, aside or under their name.
  bool has_rows(const std::string& name) const;
  /// Removes the timeline of an earlier run: it is there where it is that of the status beside it.
  void remove_timeline() const;
  /// Removes what was written of an image before.
  void remove_outputs(const std::string& name) const;
  /// Removes rows and report of an image; log and summary stay.
  void remove_results(const std::string& name) const;
  void remove_report(const std::string& name) const;
  /// A file that was written; nothing in `bytes` and `sha256` where it is not there.
  FleetOutput measure(const std::string& kind, const std::string& file, const FileHash& hash) const;

  /// Names of images of which there are files and which are not among `images`, in order.
  std::vector<std::string> other_images(std::span<const FleetEntry> images) const;

  /// What of an earlier run is kept beside while a process may write under its names:
  /// `images/.earlier/NAME.jsonl`.
  static std::string set_aside_file(const std::string& name, std::string_view kind);
  /// Whether such a file is under its name, where a killed fleet may have left it aside: then it is
  /// put back. Errors: what could be it cannot be read; all is as it was.
  Result<bool> take_back(const std::string& name, const FleetOutput& output,
                         const FileHash& hash) const;
  /// Keeps files of an image aside. All but the log stay under their names too, where there is room
  /// for a copy if the file system has no hard links. Of a file that is not under its name what is
  /// aside already stays there.
  Result<void> set_aside(const std::string& name, std::span<const FleetOutput> outputs) const;
  /// Undoes that, and what was written under these names since. Without `with_log` the log is the
  /// new one, and the earlier one stays aside: `outputs` says so.
  void put_back(const std::string& name, std::vector<FleetOutput>& outputs, bool with_log) const;
  void drop_aside(const std::string& name) const;

 private:
  explicit FleetFolder(std::string path) : path_(std::move(path)) {}

  Result<void> make();
  Result<void> take_lock();
  std::string lock_file() const { return path_ + "/.lock"; }

  std::string path_;
  int lock_ = -1;
  bool made_lock_ = false;
  std::vector<std::string> made_;  ///< folders, innermost first
};

}  // namespace pidometer
