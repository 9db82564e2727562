#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/host_facts.h"
#include "base/log_copy.h"
#include "base/log_file.h"
#include "base/result.h"
#include "base/step_limit.h"
#include "base/warning.h"
#include "tsk_reader/file_system/tree_root.h"

namespace pidometer {

class StepNote;

/// How evidence is read in a process of its own.
struct ReaderOptions {
  /// CPU time that one step may take: opening an image or filesystem, listing logs, reading a
  /// megabyte. The step may take kWallFactor times as long without an answer. 0: no limit.
  std::chrono::seconds step_limit{kUsualStepLimit};
  static constexpr int kWallFactor = 4;  ///< slow disks and networks take time, not CPU time

  /// Asked several times a second while a reply is waited for; true gives the reading up.
  std::function<bool()> should_stop;
};

/// What an input is. `automatic` decides by content.
enum class InputKind { automatic, image, log, folder, root, archive };

/// One thing to open: the segments of one image, a loose log, a folder of logs, the root folder of
/// a system, an archive.
struct InputGroup {
  InputKind kind = InputKind::automatic;
  std::string name;  ///< as the user gave it (of the first segment), for messages
  std::vector<std::filesystem::path> segments;  ///< in order; one of all but images
  std::vector<Warning> warnings;  ///< a segment that is missing, given twice, or of another set
  /// Maps of GNU ddrescue that are a raw image's, best first; the first is used.
  std::vector<std::filesystem::path> maps = {};
};

/// A file that a virtual disk among the inputs reads from where it holds nothing itself: the image
/// below an overlay.
struct LowerFile {
  std::filesystem::path file;
  std::string disk;  ///< as given
};

/// What became of the paths on the command line.
struct GroupedInputs {
  std::vector<InputGroup> groups;  ///< in the order of the command line
  std::vector<Error> errors;  ///< paths that are no input: missing, empty, a PNG; the others go on
  std::vector<std::string> notes;     ///< how an input was taken, where that may surprise
  std::vector<std::string> parts;     ///< paths that are extents of a disk of another name
  std::vector<LowerFile> lower = {};  ///< of qcow2 and VMDK, all the way down
};

/// Groups paths into inputs: EWF segments by the set identifier in their headers, never by name
/// (siblings in the same folder are found by content too); split raw by name (.001, .002, ...).
/// `as` overrides the detection of content; a folder that plainly is a system's tree is taken as
/// InputKind::root, and a note says so. The inputs are looked into by a process of its own; one
/// that ends it becomes an error and the others go on.
GroupedInputs group_inputs(std::span<const std::string> paths, InputKind as,
                           const ReaderOptions& options = {});

/// The same in this process. `steps` may be null.
GroupedInputs group_inputs_here(std::span<const std::string> paths, InputKind as,
                                StepNote* steps = nullptr);

/// InputReport::isolation where everything could be had.
inline constexpr std::string_view kFullIsolation = "process, limits, seccomp";

/// What the summary says of an input.
struct InputReport {
  std::string name;
  std::string kind;  ///< raw, split raw, ewf, qcow2, vmdk, vhd, vhdx, log, folder, tree, archive
  std::vector<std::string> segments;
  std::uint64_t size = 0;  ///< media size of an image, file size of a log or archive, 0 of a folder
  std::string stored_md5;  ///< acquisition hash of an E01, lower-case hex; empty where it has none
  std::string stored_sha1;
  std::vector<DamagedRange>
      damage;  ///< of the image's media bytes, known when it was opened or met in reading
  std::vector<Warning> warnings;
  std::string isolation;  ///< of the process that read it: "process, limits, seccomp", "none"
};

/// What the summary says of a volume.
struct VolumeReport {
  std::string name;         ///< whole, p2; `p2:@/var` for a subvolume
  std::uint64_t start = 0;  ///< bytes into the image
  std::uint64_t size = 0;
  std::string description;       ///< the partition table's word
  std::string file_system;       ///< ext4, xfs, ...; empty where none was recognised
  std::string reader;            ///< tsk, ext2fs; empty where it could not be opened
  std::string unsupported;       ///< why it was not read; empty where it was
  std::optional<TreeRoot> tree;  ///< of a filesystem that has several: which one, the top too
};

/// How far the hashing of a medium is.
struct MediumHashing {
  std::uint64_t bytes = 0;  ///< of the medium, read so far
  bool done = false;
  /// Once done, lower-case hex; empty where the input is no image.
  std::string md5 = {};
  std::string sha1 = {};
  std::string sha256 = {};
};

/// Where logs lie on a root volume, and on a /var volume of its own; and where OpenBSD and Solaris
/// have cron's.
inline constexpr std::array<std::string_view, 3> kLogFolders = {"/var/log", "/log", "/var/cron"};

/// A folder of files that matched, with what its filesystem tree says about the host. One host
/// series.
struct LogFolder {
  std::string volume;  ///< empty for loose files
  std::string path;    ///< `/var/log`
  HostFacts facts;
  LogPlace place = {};                               ///< which of several copies it is
  std::vector<std::unique_ptr<LogFile>> files = {};  ///< sorted by path
};

/// An opened input. Files found in it must not outlive it.
class Evidence {
 public:
  Evidence() = default;
  Evidence(const Evidence&) = delete;
  Evidence& operator=(const Evidence&) = delete;
  virtual ~Evidence() = default;

  /// Grows while files are read: damage is met in reading.
  virtual InputReport report() const = 0;
  virtual std::vector<VolumeReport> volumes() const = 0;

  /// Looks into `folders` (absolute paths, kLogFolders) of every volume for files whose name
  /// matches one of the globs. Symlinks are followed within the volume; what is reached over two
  /// names is found once, in the first of the folders. Loose evidence ignores the folders: a loose
  /// folder is looked through with all below, a loose log is itself, and content decides, which is
  /// the plugin's to say; the globs only tell which files that are not read deserve a warning.
  virtual std::vector<LogFolder> find_logs(std::span<const std::string_view> folders,
                                           std::span<const std::string_view> globs) = 0;

  /// Looks into just these folders of every volume, and of nothing else, for files whose name
  /// matches one of the globs. A folder that is there and has no such file is in the list too: that
  /// nothing is in it is an answer. Loose evidence has none.
  virtual std::vector<LogFolder> find_files(std::span<const std::string_view> folders,
                                            std::span<const std::string_view> globs);

  /// What volumes with a log folder may still hold of logs that no live file has: deleted files,
  /// and areas to be looked through (FileEntry::recovery). One folder a volume. Volumes where part
  /// of that is not known are told of in the report's warnings. Loose evidence has none.
  virtual std::vector<LogFolder> find_deleted(std::span<const std::string_view> folders,
                                              std::span<const std::string_view> globs);

  /// Reads on in the medium, from its first byte to its last, for all its hashes in one pass; to be
  /// called until it is done. Bytes that are lost count as zeros, as they do wherever an image is
  /// read, and are in the report's damage. What is no image is done at once, without hashes.
  /// Errors: the medium no longer answers.
  virtual Result<MediumHashing> hash_on() { return MediumHashing{0, true}; }
};

/// Opens an input in a reader process that has no rights but to read it (docs/adr/0007): what
/// crashes, stalls or takes too much memory there is a Warning of kind reader_died, and a new
/// process reads on without it. Errors name the input and what to do. `given` are all inputs of the
/// command line in its order, `group` among them: where a volume group or an md array of the image
/// lacks members they are looked for in the others, which are opened only then. What lies on
/// several images is found in the first of them.
Result<std::unique_ptr<Evidence>> open_evidence(const InputGroup& group,
                                                std::span<const InputGroup> given = {},
                                                const ReaderOptions& options = {});

/// The same in this process, for tests and for the reader process itself. `steps` may be null, else
/// outlives the evidence.
Result<std::unique_ptr<Evidence>> open_evidence_here(const InputGroup& group,
                                                     std::span<const InputGroup> given = {},
                                                     StepNote* steps = nullptr);

/// "libtsk 4.11.1", "libewf 20140813", for --version and the summary.
std::vector<std::string> library_versions();

}  // namespace pidometer
