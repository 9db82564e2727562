#include "tsk_reader/systemd_journal/journal_stream.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/journal_text.h"
#include "tsk_reader/file_system/archive/member_store.h"
#include "tsk_reader/systemd_journal/journal_file.h"

namespace pidometer {
namespace {

constexpr std::size_t kBlock = 64 * 1024;

class JournalStream : public ByteStream {
 public:
  explicit JournalStream(std::unique_ptr<ByteStream> stored) : stored_(std::move(stored)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    if (stored_ != nullptr) {
      if (Result<void> loaded = load(); !loaded) return tl::unexpected(loaded.error());
    }
    std::size_t filled = 0;
    while (filled < out.size()) {
      if (Result<void> made = make(); !made) return tl::unexpected(made.error());
      const std::size_t got = text_.take(out.subspan(filled));
      if (got == 0) break;
      filled += got;
    }
    return filled;
  }

  const std::vector<DamagedRange>& damage() const override { return text_.damage(); }

 private:
  Result<void> load() {
    std::vector<std::byte> block(kBlock);
    while (true) {
      const Result<std::size_t> got = stored_->read(block);
      if (!got) {
        broken_ = got.error().message;
        break;
      }
      if (*got == 0) break;
      const auto kept = store_.append(std::span(block).first(*got));
      if (!kept) return tl::unexpected(kept.error());
    }
    stored_damage_ = stored_->damage();
    stored_.reset();
    Result<JournalFile> file = JournalFile::open(store_);
    if (!file) return tl::unexpected(file.error());
    file_.emplace(std::move(*file));
    Result<JournalIndex> index = file_->index();
    if (!index) return tl::unexpected(index.error());
    index_ = std::move(*index);
    if (index_.counted > index_.entries.size()) missing_ = index_.counted - index_.entries.size();
    // Where all entries are there nothing is lost but what finds them faster. A header that says
    // nothing, or was left behind, proves nothing.
    else if (index_.counted > 0 && index_.counted == index_.entries.size())
      index_.holes.clear();
    return {};
  }

  /// Lines until there are enough of them.
  Result<void> make() {
    while (!text_.has_enough() && !ended_) {
      const bool more = at_ < index_.entries.size();
      if (hole_ < index_.holes.size() &&
          (!more || index_.holes[hole_].begin < index_.entries[at_])) {
        tell_hole(index_.holes[hole_++]);
      } else if (more) {
        if (Result<void> told = tell_entry(index_.entries[at_++]); !told) return told;
      } else {
        tell_end();
      }
    }
    return {};
  }

  Result<void> tell_entry(std::uint64_t offset) {
    const Result<ReadEntry> read = file_->read_entry(offset);
    if (!read) return tl::unexpected(read.error());
    const JournalEntry& entry = read->entry;
    // Of an entry some of whose fields are damaged no one knows which, but for those that are
    // there.
    const bool says_enough =
        read->lost_fields == 0 ||
        (entry.message && journal_pid(entry) && !(entry.identifier.empty() && entry.comm.empty()));
    const std::string line = read->is_sound && says_enough ? journal_line(entry) : std::string();
    if (line.empty()) {
      text_.lost("systemd journal: an entry whose fields are damaged");
      return {};
    }
    if (read->lost_fields > 0) ++incomplete_;
    text_.line(line);
    return {};
  }

  std::string count_words() const {
    return std::to_string(missing_) + " of the " + std::to_string(index_.counted) +
           " entries that its header counts are not in the file";
  }

  void tell_hole(ByteRange hole) {
    std::string reason = "systemd journal: nothing intact in bytes " + std::to_string(hole.begin) +
                         " to " + std::to_string(hole.end) + " of the file";
    if (missing_ > 0) reason += "; " + count_words();
    for (const DamagedRange& damaged : stored_damage_)
      if (damaged.range.begin < hole.end && damaged.range.end > hole.begin) {
        reason += " (" + damaged.reason + ")";
        break;
      }
    text_.lost(reason);
  }

  void tell_end() {
    ended_ = true;
    if (!broken_.empty()) text_.lost("systemd journal: the file breaks off: " + broken_);
    if (missing_ > 0 && index_.holes.empty()) text_.lost("systemd journal: " + count_words());
    if (incomplete_ > 0)
      text_.lost("systemd journal: " + std::to_string(incomplete_) +
                 (incomplete_ == 1 ? " entry is" : " entries are") +
                 " read without fields that are damaged");
  }

  std::unique_ptr<ByteStream> stored_;  ///< until it is loaded
  MemberStore store_{ArchiveLimits{}};
  std::string broken_;
  std::vector<DamagedRange> stored_damage_;
  std::optional<JournalFile> file_;
  JournalIndex index_;
  std::uint64_t missing_ = 0;
  std::size_t at_ = 0;    ///< of the entries
  std::size_t hole_ = 0;  ///< of the holes
  std::uint64_t incomplete_ = 0;
  bool ended_ = false;
  JournalText text_;
};

}  // namespace

std::unique_ptr<ByteStream> journal_as_text(std::unique_ptr<ByteStream> stored) {
  return std::make_unique<JournalStream>(std::move(stored));
}

}  // namespace pidometer
