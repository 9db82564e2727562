#pragma once

#include <ext2fs/ext2fs.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/memory_source.h"
#include "tsk_reader/file_system/ext/jbd2_log.h"

namespace pidometer::test {

/// Which forms a made journal has.
struct JournalForm {
  std::uint32_t version = 2;
  std::uint32_t compatible = 0;  ///< 1: checksum v1
  std::uint32_t incompatible =
      1;  ///< 1 revoke, 2 64bit, 4 async commit, 8 v2, 16 v3, 32 fast commit
  std::uint32_t block_size = 1024;
  std::uint32_t blocks = 64;  ///< of the journal
  std::uint32_t sequence = 7;
  std::uint32_t start = 1;

  bool has_64bit() const { return (incompatible & 2) != 0; }
  bool v2() const { return (incompatible & 8) != 0; }
  bool v3() const { return (incompatible & 16) != 0; }
};

/// One copy that a made descriptor names.
struct MadeTag {
  std::uint64_t block = 0;
  std::string bytes;        ///< as they should be at home; padded with zeros
  bool with_uuid = false;   ///< as the first tag of each descriptor has it
  bool break_copy = false;  ///< its bytes are changed after the checksums were made
};

/// A journal written by hand, block after block, as Linux writes it (fs/jbd2/commit.c); the volume
/// that it lies on begins with `home_blocks` blocks of the filesystem.
class MadeJournal {
 public:
  explicit MadeJournal(JournalForm form, std::uint32_t home_blocks = 32)
      : form_(form), home_(home_blocks) {
    bytes_.assign(std::size_t{form.block_size} * (home_blocks + form.blocks), '\0');
    for (std::uint32_t i = 0; i < home_blocks; ++i) {
      const std::string word = "home" + std::to_string(i) + ";";
      bytes_.replace(std::size_t{i} * form.block_size, word.size(), word);
    }
    next_ = form.start != 0 ? form.start : 1;
    sequence_ = form.sequence;
    put32(0, 0, kJbd2Magic);
    put32(0, 4, form.version + 2);
    put32(0, 12, form.block_size);
    put32(0, 16, form.blocks);
    put32(0, 20, 1);
    put32(0, 24, form.sequence);
    put32(0, 28, form.start);
    put32(0, 36, form.compatible);
    put32(0, 40, form.incompatible);
    for (std::size_t i = 0; i < 16; ++i) at(0)[48 + i] = static_cast<char>(0xA0 + i);
    if (form.v2() || form.v3()) at(0)[80] = 4;
    seal_superblock();
  }

  void seal_superblock() {
    if (!form_.v2() && !form_.v3()) return;
    put32(0, 252, 0);
    put32(0, 252, crc32c(~0U, std::string_view(at(0), 1024)));
  }

  std::uint32_t seed() { return crc32c(~0U, std::string_view(at(0) + 48, 16)); }

  /// A descriptor block and its copies.
  MadeJournal& descriptor(const std::vector<MadeTag>& tags, bool break_tail = false) {
    const std::uint32_t block = take();
    header(block, 1);
    std::vector<std::pair<std::uint32_t, const MadeTag*>> copies;
    std::size_t place = 12;
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const MadeTag& tag = tags[i];
      std::string data = tag.bytes;
      data.resize(form_.block_size, '\0');
      const bool escaped = data.substr(0, 4) == "\xC0\x3B\x39\x98";
      if (escaped) data.replace(0, 4, 4, '\0');
      const std::uint32_t copy = take();
      std::copy(data.begin(), data.end(), at(copy));
      copies.emplace_back(copy, &tag);
      const std::uint32_t flags =
          (escaped ? 1U : 0U) | (tag.with_uuid ? 0U : 2U) | (i + 1 == tags.size() ? 8U : 0U);
      std::uint32_t sum = crc32c_of_sequence();
      sum = crc32c(sum, data);
      put32(block, place, static_cast<std::uint32_t>(tag.block));
      if (form_.v3()) {
        put32(block, place + 4, flags);
        put32(block, place + 8, static_cast<std::uint32_t>(tag.block >> 32));
        put32(block, place + 12, sum);
        place += 16;
      } else {
        put32(block, place + 4, (form_.v2() ? (sum & 0xFFFF) << 16 : 0) | flags);
        if (form_.has_64bit()) put32(block, place + 8, static_cast<std::uint32_t>(tag.block >> 32));
        place += 8U + (form_.has_64bit() ? 4U : 0U) + (form_.v2() ? 2U : 0U);
      }
      if (tag.with_uuid) place += 16;
    }
    seal_tail(block, break_tail);
    crc_transaction(block);
    for (const auto& [copy, tag] : copies) crc_transaction(copy);
    for (const auto& [copy, tag] : copies)
      if (tag->break_copy) at(copy)[100] = static_cast<char>(at(copy)[100] ^ 1);
    return *this;
  }

  MadeJournal& revoke(const std::vector<std::uint64_t>& blocks, std::uint32_t add_to_count = 0) {
    const std::uint32_t block = take();
    header(block, 5);
    std::size_t place = 16;
    for (const std::uint64_t one : blocks) {
      if (form_.has_64bit()) {
        put32(block, place, static_cast<std::uint32_t>(one >> 32));
        place += 4;
      }
      put32(block, place, static_cast<std::uint32_t>(one));
      place += 4;
    }
    put32(block, 12, static_cast<std::uint32_t>(place) + add_to_count);
    seal_tail(block, false);
    return *this;
  }

  /// `seconds`: the host's clock; `broken`: with a checksum that is wrong.
  MadeJournal& commit(std::uint64_t seconds = 1000, bool broken = false) {
    const std::uint32_t block = take();
    header(block, 2);
    put32(block, 48, static_cast<std::uint32_t>(seconds >> 32));
    put32(block, 52, static_cast<std::uint32_t>(seconds));
    if ((form_.compatible & 1) != 0) {
      at(block)[12] = 1;
      at(block)[13] = 4;
      put32(block, 16, transaction_sum_ ^ (broken ? 1U : 0U));
    } else if (form_.v2() || form_.v3()) {
      put32(block, 16,
            crc32c(seed(), std::string_view(at(block), form_.block_size)) ^ (broken ? 1U : 0U));
    } else if (broken) {
      at(block)[0] = 0;
    }
    transaction_sum_ = ~0U;
    ++sequence_;
    last_commit_ = block;
    return *this;
  }

  std::uint32_t next() const { return next_; }
  std::uint32_t last_commit() const { return last_commit_; }
  MadeJournal& skip(std::uint32_t blocks) {
    for (std::uint32_t i = 0; i < blocks; ++i) take();
    return *this;
  }
  void set_sequence(std::uint32_t sequence) { sequence_ = sequence; }
  JournalForm& form() { return form_; }

  void put32(std::uint32_t block, std::size_t place, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
      at(block)[place + i] = static_cast<char>(value >> (24 - 8 * i) & 0xFF);
  }
  char* at(std::uint32_t block) {
    return bytes_.data() + std::size_t{home_ + block} * form_.block_size;
  }

  /// Where a block of the journal lies on the volume.
  std::uint64_t place(std::uint32_t block) const {
    return std::uint64_t{home_ + block} * form_.block_size;
  }
  const std::string& bytes() const { return bytes_; }
  FileMap map() const {
    FileMap map;
    map.size = std::uint64_t{form_.blocks} * form_.block_size;
    map.add({0, map.size, place(0)});
    return map;
  }

 private:
  static std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes) {
    return ext2fs_crc32c_le(seed, reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size());
  }
  std::uint32_t crc32c_of_sequence() {
    std::string big;
    for (int shift = 24; shift >= 0; shift -= 8)
      big += static_cast<char>(sequence_ >> shift & 0xFF);
    return crc32c(seed(), big);
  }
  std::uint32_t take() {
    const std::uint32_t block = next_;
    next_ = next_ + 1 < form_.blocks ? next_ + 1 : 1;
    std::fill_n(at(block), form_.block_size, '\0');
    return block;
  }
  void header(std::uint32_t block, std::uint32_t type) {
    put32(block, 0, kJbd2Magic);
    put32(block, 4, type);
    put32(block, 8, sequence_);
  }
  void seal_tail(std::uint32_t block, bool broken) {
    if (!form_.v2() && !form_.v3()) return;
    put32(block, form_.block_size - 4,
          crc32c(seed(), std::string_view(at(block), form_.block_size)) ^ (broken ? 1U : 0U));
  }
  void crc_transaction(std::uint32_t block) {
    transaction_sum_ = ext2fs_crc32_be(
        transaction_sum_, reinterpret_cast<const unsigned char*>(at(block)), form_.block_size);
  }

  JournalForm form_;
  std::uint32_t home_;
  std::string bytes_;
  std::uint32_t next_ = 1;
  std::uint32_t sequence_ = 1;
  std::uint32_t last_commit_ = 0;
  std::uint32_t transaction_sum_ = ~0U;
};

}  // namespace pidometer::test
