#include "plugin/witness/witness_file.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "plugin/cron_log/journal_text_stream.h"
#include "plugin/cron_log/line_fetcher.h"
#include "plugin/cron_log/line_reader.h"
#include "plugin/cron_log/log_text.h"
#include "plugin/cron_log/scan.h"
#include "plugin/witness/utmp_record.h"
#include "plugin/witness/witness.h"

namespace pidometer {
namespace {

/// A PID file is one line; what stands behind the number is the daemon's command.
constexpr std::size_t kMostPidFile = 256;

std::string words_of(const Error& error) {
  return error.reason.empty() ? error.message : error.message + " (" + error.reason + ")";
}

bool touches(const std::vector<DamagedRange>& damage, std::uint64_t begin, std::uint64_t end) {
  return std::any_of(damage.begin(), damage.end(), [&](const DamagedRange& one) {
    return one.range.begin < end && one.range.end > begin;
  });
}

/// As many bytes as there are, up to the size of `out`.
Result<std::size_t> read_full(ByteStream& stream, std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto got = stream.read(out.subspan(filled));
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
    filled += *got;
  }
  return filled;
}

/// The first bytes of the file, read apart: what they say of its layout counts from record one.
const UtmpLayout* layout_of(const LogFile& file) {
  auto stream = file.open(StreamForm::decoded);
  if (!stream) return nullptr;
  std::vector<std::byte> head(kUtmpSample * 400);
  const auto got = read_full(**stream, head);
  return got ? find_utmp_layout(std::span(head).first(*got)) : nullptr;
}

using Visit = std::function<bool(const PlacedLine&)>;

void read_lines(ByteStream& stream, const WitnessSource& source, const ReadMonitor& monitor,
                const Visit& visit, WitnessFileEnd& end) {
  LineReader lines(stream, monitor);
  LogLine line;
  WitnessLineState state;
  while (lines.next(line)) {
    PlacedLine placed;
    placed.offset = line.offset + line.nuls;
    placed.length = static_cast<std::uint32_t>(line.text.size());
    placed.number = line.number;
    placed.damaged = line.damaged;
    if (!line.damaged) placed.line = source.parse(line.text, state);
    if (!visit(placed) || line.number == UINT32_MAX) {
      end.stopped = true;
      break;
    }
  }
  end.stopped = end.stopped || lines.stopped();
  lines.stop();
  if (lines.error()) end.broken = words_of(*lines.error());
}

void read_records(ByteStream& stream, const UtmpLayout& layout, const ReadMonitor& monitor,
                  const Visit& visit, WitnessFileEnd& end) {
  std::vector<std::byte> record(layout.size);
  PlacedLine placed;
  placed.length = static_cast<std::uint32_t>(layout.size);
  while (placed.number < UINT32_MAX) {
    const auto got = read_full(stream, record);
    if (!got) end.broken = words_of(got.error());
    if (!got || *got < record.size()) return;
    ++placed.number;
    placed.damaged = touches(stream.damage(), placed.offset, placed.offset + record.size());
    placed.line = placed.damaged ? WitnessLine() : parse_utmp_record(layout, record);
    if (!visit(placed) || !monitor(record.size())) {
      end.stopped = true;
      return;
    }
    placed.offset += record.size();
  }
}

void read_pid_file(ByteStream& stream, const FileEntry& entry, const Visit& visit,
                   WitnessFileEnd& end) {
  std::array<std::byte, kMostPidFile> bytes{};
  const auto got = read_full(stream, bytes);
  if (!got) {
    end.broken = words_of(got.error());
    return;
  }
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), *got);
  PlacedLine placed;
  placed.number = 1;
  placed.length = static_cast<std::uint32_t>(*got);
  placed.damaged = touches(stream.damage(), 0, *got);
  std::uint32_t pid = 0;
  skip_blanks(text);
  if (!entry.modified) {
    placed.line.kind = WitnessLine::Kind::unread;
    placed.line.reason = "no modification time";
  } else if (!take_number(text, pid) || pid == 0 || pid > kMaxPid) {
    placed.line.kind = WitnessLine::Kind::unread;
    placed.line.reason = "no PID";
  } else {
    placed.line.kind = WitnessLine::Kind::line;
    placed.line.time.micros = entry.modified->time_since_epoch().count();
    placed.line.time.utc_offset_minutes = 0;
    placed.line.pid = pid;
  }
  visit(placed);
}

Result<std::string> cut(Result<std::string> text) {
  if (text && text->size() > kMostWitnessText) text->resize(kMostWitnessText);
  return text;
}

}  // namespace

bool is_journal_text(const LogFile& file) {
  const auto stream = file.open(StreamForm::decoded);
  if (!stream) return false;
  constexpr std::size_t kHead = 16 * 1024;  // a first line of JSON is some hundred bytes long
  std::string head(kHead, '\0');
  const auto got = read_full(**stream, std::as_writable_bytes(std::span(head)));
  return got && detect_journal_form(std::string_view(head).substr(0, *got)) != JournalForm::none;
}

WitnessFileEnd read_witness_file(const LogFile& file, const WitnessSource& source,
                                 const ReadMonitor& monitor, const Visit& visit) {
  WitnessFileEnd end;
  const UtmpLayout* layout = nullptr;
  if (source.form == WitnessForm::records) {
    layout = layout_of(file);
    if (layout == nullptr && file.entry().size == 0) return end;
  }
  auto stream =
      source.form == WitnessForm::lines ? open_log_text(file) : file.open(StreamForm::decoded);
  if (!stream) {
    end.broken = words_of(stream.error());
    return end;
  }
  if (source.form == WitnessForm::records && layout == nullptr) {
    end.broken = "no known layout of login records fits it";
    return end;
  }
  switch (source.form) {
    case WitnessForm::lines:
      read_lines(**stream, source, monitor, visit, end);
      break;
    case WitnessForm::records:
      read_records(**stream, *layout, monitor, visit, end);
      break;
    case WitnessForm::pid_file:
      read_pid_file(**stream, file.entry(), visit, end);
      break;
  }
  end.damage = (*stream)->damage();
  return end;
}

std::vector<Result<std::string>> fetch_witness_texts(const LogFile& file,
                                                     const WitnessSource& source,
                                                     const std::vector<std::uint64_t>& offsets) {
  std::vector<Result<std::string>> texts;
  const UtmpLayout* layout = source.form == WitnessForm::records ? layout_of(file) : nullptr;
  auto stream =
      source.form == WitnessForm::lines ? open_log_text(file) : file.open(StreamForm::decoded);
  const bool unreadable = !stream || (source.form == WitnessForm::records && layout == nullptr);
  if (unreadable) {
    const Error error =
        stream ? Error{ErrorKind::unreadable, "the file has changed", {}, {}} : stream.error();
    for (std::size_t i = 0; i < offsets.size(); ++i) texts.push_back(tl::unexpected(error));
    return texts;
  }
  if (layout == nullptr) {
    LineFetcher fetcher(**stream);
    for (const std::uint64_t offset : offsets) texts.push_back(cut(fetcher.line_at(offset)));
    return texts;
  }
  std::vector<std::byte> record(layout->size);
  std::optional<std::uint64_t> at = 0;
  for (const std::uint64_t offset : offsets) {
    // behind a failure the stream stands nowhere that is known
    const auto passed = at ? (*stream)->skip(offset - *at) : Result<std::uint64_t>(0);
    const auto got = at && passed ? read_full(**stream, record) : Result<std::size_t>(0);
    if (!got || *got < record.size()) {
      texts.push_back(fail(ErrorKind::unreadable, "the file ends before its record"));
      at.reset();
      continue;
    }
    at = offset + record.size();
    texts.push_back(describe_utmp_record(*layout, record));
  }
  return texts;
}

}  // namespace pidometer
