#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/log_file.h"

namespace pidometer {

/// What a log's bytes are, told by the first of them.
enum class LogForm : std::uint8_t {
  lines,           ///< text, as a daemon wrote it
  journal_export,  ///< `journalctl -o export`
  journal_json,    ///< `journalctl -o json` and `-o json-seq`
  plaso_rows,      ///< `psort -o json_line`, or rows of it that Timesketch gave back
};
LogForm detect_log_form(std::string_view head);

/// Whether a file is text in UTF-16, of either byte order, with a byte order mark or without one:
/// every other byte of ASCII is NUL.
bool is_utf16(std::string_view head);

/// Why text in UTF-16 is not read, and what helps.
Error utf16_error();

/// The log's lines: the decoded stream, or what it becomes where it is of another form. `form`
/// comes back as which, where it is asked for. Errors: the stream's; ErrorKind::unsupported for
/// text in UTF-16.
Result<std::unique_ptr<ByteStream>> open_log_text(const LogFile& file, LogForm* form = nullptr);

/// The lines of the first bytes of a log, as open_log_text() gives them.
std::string log_text_of_head(std::string_view head);

}  // namespace pidometer
