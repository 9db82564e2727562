#include "plugin/crontab/crontab_tables.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "plugin/crontab/crontab_report.h"

namespace pidometer {
namespace {

std::string words_of(const Error& error) {
  return error.reason.empty() ? error.message : error.message + " (" + error.reason + ")";
}

struct Bytes {
  std::string text;
  bool cut = false;
  bool damaged = false;
};

Result<Bytes> read_bytes(const LogFile& file) {
  auto stream = file.open(StreamForm::stored);
  if (!stream) return tl::unexpected(stream.error());
  Bytes bytes;
  std::string& text = bytes.text;
  while (text.size() <= kMostCrontabBytes) {
    const std::size_t filled = text.size();
    constexpr std::size_t kBlock = 65536;
    text.resize(filled + kBlock);
    const auto got =
        (*stream)->read(std::as_writable_bytes(std::span(text.data() + filled, kBlock)));
    text.resize(filled + (got ? *got : 0));
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
  }
  bytes.cut = text.size() > kMostCrontabBytes;
  if (bytes.cut) text.resize(text.rfind('\n', kMostCrontabBytes) + 1);
  bytes.damaged = !(*stream)->damage().empty();
  return bytes;
}

Warning warning_of(WarningKind kind, const CrontabTable& table, std::string message,
                   std::uint32_t line = 0) {
  Warning warning;
  warning.kind = kind;
  warning.volume = table.volume;
  warning.path = table.path;
  warning.message = std::move(message);
  warning.line = line;
  return warning;
}

/// What is wrong with a table that cron reads.
void tell(const CrontabTable& table, const Bytes& bytes, const std::function<void(Warning)>& warn) {
  if (bytes.damaged)
    warn(warning_of(WarningKind::damaged_log, table,
                    "bytes of the crontab are lost: no job is said to be missing in it; look at "
                    "what is left of it"));
  if (bytes.cut || table.content.cut)
    warn(warning_of(WarningKind::damaged_log, table,
                    "the crontab is larger than any cron reads: no job is said to be missing in "
                    "it; look at the rest of it"));
  const auto& bad = table.content.bad_lines;
  for (std::size_t i = 0; i < std::min(bad.size(), kMostBadLinesTold); ++i)
    warn(warning_of(WarningKind::unparsed_line, table,
                    "a line of the crontab is not understood (" + bad[i].reason +
                        ") and not compared with the log; look at it",
                    bad[i].line));
}

CrontabTable read_table(const LogFile& file, const std::string& volume, const CrontabPlace& place,
                        CronFamily family, const std::function<void(Warning)>& warn) {
  const FileEntry& entry = file.entry();
  CrontabTable table;
  table.volume = volume;
  table.path = entry.path;
  table.form = place.form;
  const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
  if (place.form == CrontabForm::user) table.owner = name;
  for (const auto& time : {entry.modified, entry.created, entry.changed})
    if (time) table.in_force_since = std::max(table.in_force_since.value_or(*time), *time);
  table.has_change_time = entry.changed.has_value();
  table.ignored = why_ignored(place, name, family);
  const Result<Bytes> bytes = read_bytes(file);
  if (!bytes) {
    table.not_read = words_of(bytes.error());
    table.incomplete = true;
    warn(warning_of(WarningKind::damaged_log, table,
                    "the crontab cannot be read: " + table.not_read));
    return table;
  }
  table.bytes = bytes->text.size();
  table.content = parse_crontab(bytes->text, table.form, table.owner);
  table.incomplete = bytes->cut || bytes->damaged || table.content.cut;
  if (table.ignored == nullptr) tell(table, *bytes, warn);
  return table;
}

/// What stands for the crontabs that are left out, from `file` on.
CrontabTable left_out(const LogFile& file, const std::string& volume) {
  CrontabTable table;
  table.volume = volume;
  table.path = file.entry().path;
  // Of the system, whatever its place: anybody's entry may stand in what is left out.
  table.form = CrontabForm::system;
  table.not_read = "there are too many crontabs";
  table.incomplete = true;
  return table;
}

CrontabTable empty_folder(const std::string& volume, const CrontabPlace& place) {
  CrontabTable table;
  table.volume = volume;
  table.path = place.folder;
  table.form = place.form;
  return table;
}

CrontabEntry script_entry(const LogFile& file) {
  CrontabEntry script;
  script.command = file.entry().path;
  script.doubt = "when run-parts starts a script its folder does not say";
  return script;
}

/// Reads as many as there may be.
class TableReader {
 public:
  TableReader(CronFamily family, const std::function<void(Warning)>& warn)
      : family_(family), warn_(warn) {}

  void read(const LogFile& file, const std::string& volume) {
    const CrontabPlace* const place = crontab_place_of(file.entry().path);
    if (place == nullptr || full_) return;
    const bool is_script = place->form == CrontabForm::scripts;
    const bool goes_on = is_script && !tables_.empty() && tables_.back().path == place->folder;
    full_ = (tables_.size() == kMostCrontabs && !goes_on) || entries_ > kMostCrontabEntriesInAll ||
            bytes_ >= kMostCrontabBytesInAll;
    if (full_) return leave_out(file, volume);
    if (!goes_on)
      tables_.push_back(is_script ? empty_folder(volume, *place)
                                  : read_table(file, volume, *place, family_, warn_));
    CrontabTable& table = tables_.back();
    if (is_script) {
      table.content.entries.push_back(script_entry(file));
      ++entries_;
      return;
    }
    entries_ += table.content.entries.size() + table.content.bad_lines.size();
    bytes_ += table.bytes;
  }

  std::vector<CrontabTable> sorted() {
    std::ranges::sort(tables_, {}, &CrontabTable::path);
    return std::move(tables_);
  }

 private:
  void leave_out(const LogFile& file, const std::string& volume) {
    tables_.push_back(left_out(file, volume));
    warn_(warning_of(WarningKind::damaged_log, tables_.back(),
                     "there are more or larger crontabs than any host has: it and what follows "
                     "are left out; look at them"));
  }

  CronFamily family_;
  const std::function<void(Warning)>& warn_;
  std::vector<CrontabTable> tables_;
  std::size_t entries_ = 0;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace

std::vector<CrontabTable> read_crontabs(std::span<const CrontabFolder> folders, CronFamily family,
                                        const std::function<void(Warning)>& warn) {
  TableReader reader(family, warn);
  for (const CrontabFolder& folder : folders)
    for (const LogFile* file : folder.files) reader.read(*file, folder.volume);
  return reader.sorted();
}

}  // namespace pidometer
