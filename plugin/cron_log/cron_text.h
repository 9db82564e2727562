#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/cron_record.h"
#include "plugin/cron_log/dialects.h"

namespace pidometer {

/// `(user) WORDS (detail)tail`, the body of nearly every cron line (vixie-cron 3.0, misc.c: log_it;
/// every descendant kept it).
struct CronText {
  std::string_view user;
  std::string_view words;
  std::string_view detail;  ///< unpadded at the front; to the LAST closing parenthesis
  bool torn = false;        ///< the closing parenthesis is missing
};

/// False: the text is not of that form. `user_may_lack`: some relays drop the `(user)`.
bool parse_cron_text(std::string_view text, bool user_may_lack, CronText& out);
/// `WORDS (detail)tail` alone, as vixie's own file has it after the PID.
bool parse_cron_words(std::string_view text, CronText& out);

/// Whose words they are, where several programs share a tag.
enum class Writer : std::uint8_t { vixie, debian, cronie };

/// What words mean.
struct CronWords {
  CronEvent event;
  PidRole role;
  Writer writer;
};

/// `from_job`: the line is of cron's child or of the job (upper-cased tag), not of the daemon.
CronWords classify(const CronText& text, bool from_job);

/// Fills the record of a line whose body is `text`.
Verdict cron_verdict(const FramedLine& line, const CronText& text, const CronWords& words);

/// Fills the record of a job whose PID stands in the text, as `number`, and not in the tag.
Verdict job_verdict(const FramedLine& line, const CronText& job, std::string_view number);

/// `cron`, `crond`, with or without a path: the daemon (vixie's jobs too, before Red Hat and Debian
/// renamed them).
bool is_daemon_tag(std::string_view tag);
/// `CRON`, `/USR/SBIN/CRON`: Debian's child and job.
bool is_debian_job_tag(std::string_view tag);
/// `CROND`: Red Hat's.
bool is_red_hat_job_tag(std::string_view tag);

/// `pam_unix(cron:session): session opened ...`, of any module; `service` is cron (Debian) or crond
/// (Red Hat, SUSE).
bool is_pam_text(std::string_view text, std::string_view service);
Verdict pam_verdict(const FramedLine& line);

/// Where a line holds what no daemon writes, who escapes what a command has of it: four control
/// bytes (one may be the command's), or eight bytes of 0xff on end. Damage that no checksum tells
/// of looks so.
std::optional<std::size_t> foreign_byte(std::string_view text);

}  // namespace pidometer
