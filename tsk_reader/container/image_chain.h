#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/content_sniffer.h"
#include "tsk_reader/container/mapped/guest_source.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Opens an image that may be made of several files: extents, a backing file, a parent, and theirs
/// in turn. A name in the evidence is looked for in the folder of the file that says it and nowhere
/// else: its folders are those of the machine it was made on. Notes every file in the report.
class ImageChain {
 public:
  explicit ImageChain(InputReport& report) : report_(report) {}

  /// A virtual disk given by the user or found below another. `content` must be one of them.
  Result<std::unique_ptr<BlockSource>> open(Content content, std::unique_ptr<OsFile> file,
                                            const std::filesystem::path& path);

  /// The image that `beside` calls `name`, as it lies in the same folder. `raw`: it is a raw image
  /// whatever its bytes look like. Errors say where it was looked for.
  Result<std::unique_ptr<BlockSource>> open_below(const std::filesystem::path& beside,
                                                  std::string_view name, bool raw);

  /// The parent of the disk at `beside` under the first of its names that is in the folder, in its
  /// path; null where there is none: a warning and `missing` say so.
  std::unique_ptr<BlockSource> open_parent(const std::filesystem::path& beside,
                                           const std::vector<std::string>& names,
                                           std::filesystem::path& parent, std::string& missing);

  /// A file that holds bytes of an image (an extent, external data), by its base name in the folder
  /// of `beside`.
  Result<std::unique_ptr<OsFile>> open_part(const std::filesystem::path& beside,
                                            std::string_view name);

  /// Surveys the map of `parts` and makes the source. `unit` and `name` as MapSurvey and messages
  /// need them.
  std::unique_ptr<BlockSource> finish(GuestParts parts, std::uint64_t unit,
                                      const std::string& name);

  void warn(WarningKind kind, std::string message);
  InputReport& report() { return report_; }

 private:
  /// A chain of more is a loop or made to exhaust: 30 snapshots and more are told of, and each
  /// costs open files.
  static constexpr std::size_t kMostImages = 200;

  InputReport& report_;
  std::vector<std::string> open_;  ///< canonical names of the images on the way down
};

/// The last component of a name that another system wrote, with / or \ between folders; empty where
/// it cannot be a file's name here.
std::string_view base_name(std::string_view name);

/// The layer of a container over its file, dfVFS's words: QCOW, VMDK, VHDI.
PathSpec container_path_spec(std::string_view type, const std::filesystem::path& path);

}  // namespace pidometer
