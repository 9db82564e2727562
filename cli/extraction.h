#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/diagnostics.h"
#include "cli/earlier_record.h"
#include "cli/exit_status.h"
#include "cli/extracted_file.h"
#include "cli/options.h"
#include "cli/scan_mediator.h"
#include "plugin/cron_odometer.h"
#include "plugin/timeline/custody.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// One run of the command: where files go, and what became of them.
class Extraction {
 public:
  Extraction(const Options& options, RunSummary& summary, ScanMediator& mediator,
             RunOutcome& outcome, Diagnostics& diagnostics)
      : options_(options),
        summary_(summary),
        mediator_(mediator),
        outcome_(outcome),
        diagnostics_(diagnostics),
        earlier_(options.directory) {}

  /// Of several images each has a folder of its own: their volumes have the same names.
  void begin_image(const std::string& name);

  void extract_all(Evidence& evidence, const std::string& name);

  /// Notes what an interrupt left out.
  void cut_off(const std::string& image, const std::string& words);

  /// `SHA256  PATH` lines, sorted by path, as sha256sum --check reads them. Returns their own
  /// SHA-256.
  Result<std::string> write_sums();

  /// In the order in which they were copied.
  std::vector<CustodyFile> take_custody() { return std::move(custody_); }
  std::size_t files() const { return sums_.size(); }
  std::uint64_t bytes() const { return bytes_; }
  /// lost_log_words() of the logs that were found and hold nothing.
  const std::vector<std::string>& lost() const { return lost_; }
  /// Files of an earlier record in the folder that are still there.
  std::vector<std::string> of_earlier_record() const { return earlier_.left(written_); }
  /// What an interrupt cut off.
  const std::vector<std::string>& unreached() const { return unreached_; }

 private:
  /// A log that goes on after the stored files: its unpacked text.
  struct Packed {
    const LogFile* file;
    std::filesystem::path relative;
    std::string image;
    std::string volume;
  };

  void extract_folders(const std::vector<LogFolder>& folders, const std::string& image);

  /// The files of a folder from one on.
  void cut_off(const LogFolder& folder, std::size_t at, const std::string& image);

  /// Below VOLUME/recovered, called by where it lay, how it was found, and what its name was.
  void extract_recovered(const LogFolder& found, const std::vector<LogFolder>& live,
                         const std::string& image);

  /// Below DIR; says where that is not the volume's own name.
  std::filesystem::path volume_folder(const std::string& volume);
  /// False: it could not be copied.
  bool extract_stored(const LogFile& file, const std::string& image, const std::string& volume,
                      const std::filesystem::path& relative);
  bool extract_text(const Packed& packed);
  Result<ExtractedFile> write(const LogFile& file, StreamForm form,
                              const std::filesystem::path& relative);
  void note_file(const ExtractedFile& extracted, const std::filesystem::path& relative,
                 const FileEntry& entry);

  /// A file by whose name it may be a cron log, and that holds no line any more.
  void note_lost(const std::string& volume, const FileEntry& entry,
                 const std::vector<DamagedRange>& damage);

  /// Of a log that was copied, where no byte of the copy is the log's.
  void note_if_nothing_left(const CustodyFile& copied);

  /// A file that is not copied, since nothing says whether it is a cron log.
  void note_unread(const std::string& volume, const FileEntry& entry, const Error& error);

  /// Of a file of the evidence: `volume` and `entry` say which.
  void fail_file(Error error, const std::string& image, const std::string& volume,
                 const FileEntry& entry);
  void tell(const Error& error);

  const Options& options_;
  RunSummary& summary_;
  ScanMediator& mediator_;
  RunOutcome& outcome_;
  Diagnostics& diagnostics_;
  EarlierRecord earlier_;
  CronOdometer plugin_;
  std::vector<std::pair<std::string, std::string>> sums_;  ///< path below DIR, SHA-256
  std::vector<CustodyFile> custody_;
  std::uint64_t bytes_ = 0;
  std::vector<std::string> lost_;
  std::vector<std::string> unreached_;
  std::filesystem::path top_;      ///< of the image's files, below DIR
  std::set<std::string> tops_;     ///< those taken
  SafeNames volumes_;              ///< of the image, below its folder
  std::set<std::string> renamed_;  ///< folders that were told of
  std::set<std::string> written_;  ///< paths below DIR
  /// By volume and inode: where in custody_ a file stands that was copied.
  std::map<std::pair<std::string, std::uint64_t>, std::size_t> copied_;
};

}  // namespace pidometer
