#pragma once

#include <span>
#include <string_view>

#include "plugin/witness/witness_line.h"

namespace pidometer {

/// How a file of witnesses is cut up.
enum class WitnessForm : std::uint8_t {
  lines,     ///< text
  records,   ///< utmp, wtmp, btmp: utmp_record.h
  pid_file,  ///< one number; its time is the file's
};

/// Which clock its times are of.
enum class WitnessTimes : std::uint8_t {
  written,  ///< each line says: with an offset, or by the host's wall clock
  epoch,    ///< seconds since 1970 UTC: comparable with the cron log only where its zone is known
};

/// What a parser of lines carries from line to line of one file.
struct WitnessLineState {
  UndatedTime group;  ///< of apt's Start-Date
  bool has_group = false;
};

/// A row of the table.
struct WitnessSource {
  std::string_view name;
  std::string_view folder;  ///< the file's folder must be called so; empty: any
  std::string_view stem;    ///< `auth.log`: it and its rotations; `*.pid`: whatever ends so, or
                            ///< did before it was packed
  WitnessForm form;
  WitnessTimes times;
  std::string_view source;                                               ///< program and format
  WitnessLine (*parse)(std::string_view line, WitnessLineState& state);  ///< of lines
  std::span<const std::string_view> samples;                             ///< of lines
  /// Whatever has such a name may be one: its first bytes tell. Such files are not looked for, but
  /// taken where they lie beside a log.
  bool by_content = false;
};

/// The name of the rows of systemd's journals, whose lines text logs may have as well.
inline constexpr std::string_view kJournalSource = "journal";

/// THE table.
std::span<const WitnessSource> witness_sources();

/// Folders in which they lie, absolute, on a root volume and on a /var volume of its own.
std::span<const std::string_view> witness_folders();

/// The names to look for in these folders, as fnmatch(3) patterns; every row's stem is among them.
std::span<const std::string_view> witness_globs();

/// Of these names those of the records of log-ins.
std::span<const std::string_view> login_record_globs();

/// Where the record lies that speaks of the running system, and its name.
std::span<const std::string_view> running_record_folders();
std::span<const std::string_view> running_record_globs();

/// The row that a file is of; nullptr: none.
const WitnessSource* witness_source_of(std::string_view path);

WitnessLine parse_syslog_witness(std::string_view line, WitnessLineState& state);
WitnessLine parse_audit_witness(std::string_view line, WitnessLineState& state);
WitnessLine parse_dated_witness(std::string_view line, WitnessLineState& state);
WitnessLine parse_apt_history_witness(std::string_view line, WitnessLineState& state);
WitnessLine parse_apt_term_witness(std::string_view line, WitnessLineState& state);
WitnessLine parse_yum_witness(std::string_view line, WitnessLineState& state);
WitnessLine parse_logrotate_witness(std::string_view line, WitnessLineState& state);

}  // namespace pidometer
