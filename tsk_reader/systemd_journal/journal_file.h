#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/journal_entry.h"
#include "base/log_file.h"
#include "base/result.h"
#include "tsk_reader/bytes/block_source.h"

namespace pidometer {

/// The first bytes of a journal file.
inline constexpr std::string_view kJournalMagic = "LPKSHHRH";

/// Where the entries of a journal file lie, and where nothing intact does.
struct JournalIndex {
  std::vector<std::uint64_t> entries;  ///< offsets of entry objects, ascending
  std::vector<ByteRange> holes;        ///< ascending
  std::uint64_t counted = 0;           ///< entries by the header; 0: what it says cannot be
};

/// What became of one entry object.
struct ReadEntry {
  JournalEntry entry;
  std::size_t lost_fields = 0;  ///< that are damaged
  bool is_sound = true;         ///< false: it is no entry, or holds others' fields
  bool is_proven = false;       ///< all its fields are there and sound, and sum up
};

/// Reads the binary files of systemd-journald ("Journal File Format", systemd.io; journal-def.h of
/// systemd 252), whatever their state: not by the arrays of entries, of which a damaged one hides
/// all that follow, but object by object from the front. Every field is checked by its hash and
/// every entry by the sum of its fields' hashes. Where the objects are not as many as the header
/// counts, these also say whether the sizes are right by which one gets from object to object: a
/// wrong bit of one would make its neighbours part of it. Never fails on what bytes say; errors are
/// those of the source.
class JournalFile {
 public:
  /// `source` must outlive it.
  static Result<JournalFile> open(BlockSource& source);

  Result<JournalIndex> index();
  Result<ReadEntry> read_entry(std::uint64_t offset);

 private:
  explicit JournalFile(BlockSource& source) : source_(&source) {}

  static constexpr std::size_t kFieldsAhead = 4096;  ///< fields of an entry lie anywhere before it

  struct Object {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint64_t size = 0;
  };
  /// What the bytes of an object say of its head.
  enum class Proof : std::uint8_t {
    none,    ///< its hash or sum is not theirs, or none can be had
    likely,  ///< of those without a hash: what they hold can be theirs
    hashed,
  };
  /// A data object: its field where it is one that is kept.
  struct Data {
    bool is_sound = false;
    bool is_summed = false;  ///< `sum` is known
    std::uint64_t sum = 0;   ///< its part in the entry's
    std::string name;
    std::string value;
  };

  Result<std::span<const std::byte>> bytes(std::uint64_t offset, std::size_t count);
  std::optional<Object> parse_head(std::uint64_t offset, std::span<const std::byte> head) const;
  Result<std::optional<Object>> object_at(std::uint64_t offset);
  Result<Data> load_data(std::uint64_t offset, const Object& object, bool keyed, bool compact);
  Result<Data> load_data(std::uint64_t offset);
  Result<const Data*> data_at(std::uint64_t offset);
  Result<ReadEntry> read_entry(std::uint64_t offset, const Object& object);
  bool sums_up(std::uint64_t sum, std::span<const std::uint64_t> parts) const;

  // journal_walk.cc
  /// What one gets by going from object to object, and whether that is what the header counts.
  struct Walk {
    JournalIndex index;
    std::uint64_t objects = 0;
    std::vector<std::uint64_t> samples;  ///< offsets of data objects
  };
  Result<Walk> walk_by_sizes();
  Result<JournalIndex> walk_by_proof();
  Result<std::uint64_t> walk_damaged(std::uint64_t at, std::optional<Object> object, Proof proof,
                                     JournalIndex& index);
  Result<bool> is_room(std::uint64_t at);
  Result<std::optional<std::uint64_t>> next_object(std::uint64_t offset);
  Result<std::optional<std::uint64_t>> next_proven(std::uint64_t offset, std::uint64_t end);

  // journal_proof.cc
  Result<Proof> prove(std::uint64_t offset, const Object& object);
  Result<bool> holds_places(std::uint64_t begin, std::uint64_t end, std::size_t width,
                            bool ascending);
  Result<bool> mend(std::uint64_t offset, std::uint8_t last_type);
  bool may_try(const Object& object);
  Result<void> settle_flags(const std::vector<std::uint64_t>& samples);
  Result<bool> settle_key(const std::vector<std::uint64_t>& samples);
  Result<std::size_t> count_sound(const std::vector<std::uint64_t>& samples, bool keyed,
                                  bool compact);

  BlockSource* source_;
  std::uint64_t first_object_ = 0;
  std::uint64_t tail_object_ = 0;
  std::uint64_t end_ = 0;      ///< of the file as it was, before it was cut off
  std::uint64_t objects_ = 0;  ///< by the header
  std::uint64_t counted_ = 0;  ///< entries by the header
  bool keyed_ = false;
  bool compact_ = false;
  std::array<std::byte, 16> file_id_{};
  std::string seqnum_id_;
  bool indexed_ = false;           ///< from then on fields are mended where they are asked for
  std::vector<std::byte> window_;  ///< of the source
  std::uint64_t window_at_ = 0;
  std::size_t ahead_ = kFieldsAhead;      ///< bytes that are read at once, at least
  std::optional<std::uint64_t> room_at_;  ///< behind the last byte that is not 0, once looked for
  std::unordered_map<std::uint64_t, Data> known_;
  std::unordered_map<std::uint64_t, Object> mended_;  ///< heads with a wrong bit, as they were
  std::size_t known_bytes_ = 0;
  std::uint64_t checked_ = 0;  ///< bytes of fields that were hashed
  std::uint64_t tried_ = 0;    ///< bytes that were hashed for heads that may be none
};

}  // namespace pidometer
