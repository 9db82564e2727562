#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/warning.h"
#include "plugin/crontab/crontab_folder.h"
#include "plugin/crontab/crontab_parser.h"
#include "plugin/crontab/crontab_places.h"

namespace pidometer {

/// A crontab that was read.
struct CrontabTable {
  std::string volume;
  std::string path;  ///< of a folder of scripts the folder's
  CrontabForm form = CrontabForm::system;
  std::string owner;  ///< of a user's; else empty
  Crontab content;
  /// The latest of its times: it was not as it is now before that. Nothing where it has none, and
  /// of a folder of scripts: its files do not tell when one was taken out of it.
  std::optional<Timestamp> in_force_since;
  /// The filesystem says when its inode was last changed: a copied file shows that it is one.
  bool has_change_time = false;
  const char* ignored = nullptr;  ///< why cron passes over it
  std::string not_read;           ///< why it was not; empty where it was
  std::size_t bytes = 0;          ///< of it that were read
  bool incomplete = false;        ///< bytes or lines of it are not known

  bool counts() const { return ignored == nullptr && not_read.empty(); }
};

/// More of them than any host has; what is more is told of.
inline constexpr std::size_t kMostCrontabs = 2'000;
/// A host of a hundred users with a hundred jobs each has a tenth of them.
inline constexpr std::size_t kMostCrontabEntriesInAll = 100'000;
/// cronie: 1,000 entries of a user; a table of that many long lines has as many bytes.
inline constexpr std::size_t kMostCrontabBytes = 1 << 20;

/// Of all tables, those that cron passes over too; what is read last may go beyond it. A hundred
/// users' hundred jobs of 160 bytes have a tenth of it.
inline constexpr std::size_t kMostCrontabBytesInAll = 16 << 20;

/// Reads those files that are crontabs by their place, sorted by path; of scripts, a table a
/// folder, the names only. What is wrong with one is a Warning that names file and line:
/// damaged_log where bytes are lost or cannot be read, unparsed_line where a line is not
/// understood.
std::vector<CrontabTable> read_crontabs(std::span<const CrontabFolder> folders, CronFamily family,
                                        const std::function<void(Warning)>& warn);

}  // namespace pidometer
