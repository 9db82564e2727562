#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/pid.h"

namespace pidometer {

/// One entry of a systemd journal, whichever of its forms it came in (binary, export, JSON): the
/// fields that a line of text is made of. Sources: systemd.journal-fields(7), and "Journal Export
/// Formats" and "Journal File Format" of systemd.io.
struct JournalEntry {
  std::uint64_t offset = 0;  ///< bytes into the file, of the entry object, its first field or line
  std::optional<std::uint64_t> received;    ///< __REALTIME_TIMESTAMP: microseconds since 1970 UTC
  std::optional<std::uint64_t> sent;        ///< _SOURCE_REALTIME_TIMESTAMP, the kernel's word
  std::string seqnum_id;                    ///< of the cursor, hexadecimal; empty: not known
  std::optional<std::uint64_t> seqnum;      ///< of the cursor
  std::string boot_id;                      ///< 32 hexadecimal digits; empty: not known
  std::optional<std::uint64_t> pid;         ///< _PID: who sent it, the kernel's word
  std::optional<std::uint64_t> syslog_pid;  ///< SYSLOG_PID: who it says it is
  std::optional<std::uint64_t> priority;
  std::optional<std::uint64_t> facility;
  std::string hostname;
  std::string identifier;
  std::string comm;
  std::optional<std::string> message;
};

/// Whether a file is a binary journal by its name: its text is not its bytes.
inline bool has_journal_name(std::string_view path) {
  return path.ends_with(".journal") || path.ends_with(".journal~");
}

/// Whether journal_field() keeps a field of this name.
bool is_journal_field_kept(std::string_view name);

/// Takes one field into the entry. The first of several of one name counts. Of __CURSOR the parts
/// s, i and b are taken.
void journal_field(JournalEntry& entry, std::string_view name, std::string_view value);

/// The process that the entry speaks of. SYSLOG_PID is what the program wrote, as the PID of a text
/// log is; _PID is what the kernel says of the sender. Where they differ the kernel's counts if the
/// sender is the program (_COMM is the identifier, whatever the case): a container's own numbers
/// are no readings of the host's counter. Else someone passed the line on (a syslog daemon,
/// logger(1)).
std::optional<Pid> journal_pid(const JournalEntry& entry);

/// The most of a message that goes into a line; cron cuts its own at some hundred bytes.
inline constexpr std::size_t kMostJournalMessage = 32 * 1024;

/// One line of RFC 5424 without line feed, of which nothing is left out that a reader of logs
/// needs:
/// `<78>1 2026-03-01T12:30:17.500000Z web-1 CRON 2201 - [journal at="OFFSET"
/// cursor="s=...;i=1b2e;b=..." sender="2200"] (root) CMD (true)`. The time is the one that
/// journalctl shows: `sent`, or else `received`. `sender` is _PID where the line has
/// another PID. Control characters of texts become `#ooo` as rsyslog writes them. Empty where the
/// entry has no time.
std::string journal_line(const JournalEntry& entry);

/// Control characters as rsyslog writes them, `#012`; all else as it is. At most
/// kMostJournalMessage bytes of `text`.
void append_as_rsyslog(std::string& out, std::string_view text);

}  // namespace pidometer
