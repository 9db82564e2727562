#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "plugin/crontab/crontab_parser.h"

namespace pidometer {

/// A row of the table of places in which crontabs lie.
struct CrontabPlace {
  std::string_view folder;  ///< absolute, on a root volume or on a /var volume of its own
  std::string_view name;    ///< of the one file in it; empty: each file is a table, or a script
  CrontabForm form;
  std::string_view source;  ///< whose they are
};

/// THE table.
std::span<const CrontabPlace> crontab_places();

/// Folders of which single files are wanted, and their names, as fnmatch(3) patterns; then those of
/// which all are.
std::span<const std::string_view> crontab_file_folders();
std::span<const std::string_view> crontab_file_names();
std::span<const std::string_view> crontab_table_folders();
std::span<const std::string_view> crontab_table_names();

/// Whether a place of users' crontabs is none of a system's settings: a /var volume of its own
/// hides it below its mount point.
bool is_spool(const CrontabPlace& place);

/// The row that a file of that path is of; nullptr: none.
const CrontabPlace* crontab_place_of(std::string_view path);
/// Whether what is lost at `path` may have had files of that place: it is one of them, or a folder
/// on the way to them; empty: it may be anything.
bool leads_to(std::string_view path, const CrontabPlace& place);

/// Which cron's rules hold for names; by the dialect of the log.
enum class CronFamily : std::uint8_t { debian, cronie, other };

/// Why cron passes over a file of that name; nullptr where it does not, or where that hangs on
/// which cron it is and this is not known.
/// Sources: Debian's cron 3.0pl1, database.c: valid_name; cronie 1.7, database.c: not_a_crontab;
/// busybox, crond.c: rescan_crontab_dir.
const char* why_ignored(const CrontabPlace& place, std::string_view name, CronFamily family);

}  // namespace pidometer
