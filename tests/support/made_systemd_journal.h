#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tsk_reader/systemd_journal/journal_hash.h"

namespace pidometer {

/// Writes a journal file as journald does, but for what only speeds up its search: hash tables,
/// entry arrays and fields ("Journal File Format", systemd.io); what of them is wanted is appended
/// by hand.
class MadeJournal {
 public:
  explicit MadeJournal(bool compact = false, bool keyed = false)
      : compact_(compact), keyed_(keyed) {
    bytes_.assign(kHeader, '\0');
    bytes_.replace(0, 8, "LPKSHHRH");
    put(12, (keyed ? 4U : 0U) | (compact ? 16U : 0U), 4);
    bytes_[16] = 1;  // online: never closed
    for (unsigned i = 0; i < 16; ++i) bytes_[24 + i] = static_cast<char>(i + 1);
    for (unsigned i = 0; i < 16; ++i) bytes_[72 + i] = '\xab';
    put(88, kHeader, 8);
  }

  /// `packed`: the payload as it is to be stored, with its flag, where it is not stored plain.
  std::uint64_t data(const std::string& payload, const std::string& packed = {}, char flag = 0) {
    if (const auto known = data_.find(payload); known != data_.end()) return known->second;
    const std::string& stored = flag == 0 ? payload : packed;
    const std::size_t start = compact_ ? 72 : 64;
    const std::uint64_t at = object(1, start + stored.size());
    bytes_[at + 1] = flag;
    put(at + 16, hash(payload), 8);
    bytes_.replace(at + start, stored.size(), stored);
    return data_[payload] = at;
  }

  /// An entry of fields `NAME=value`; its offset.
  std::uint64_t entry(std::uint64_t realtime, char boot, const std::vector<std::string>& fields) {
    std::vector<std::uint64_t> items;
    std::uint64_t sum = 0;
    for (const std::string& field : fields) {
      const std::uint64_t item = data(field);
      // What stands twice is listed once, and counted twice in the sum.
      if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
      sum ^= jenkins_hash64(std::as_bytes(std::span(field)));
    }
    const std::size_t width = compact_ ? 4 : 16;
    const std::uint64_t at = object(3, 64 + width * items.size());
    put(at + 16, ++entries_, 8);
    put(at + 24, realtime, 8);
    put(at + 32, entries_ * 1000, 8);
    bytes_.replace(at + 40, 16, std::string(16, boot));
    put(at + 56, sum, 8);
    for (std::size_t i = 0; i < items.size(); ++i)
      put(at + 64 + i * width, items[i], compact_ ? 4 : 8);
    put(152, entries_, 8);
    return at;
  }

  /// A line of Debian's cron.
  std::uint64_t cron(std::uint64_t realtime, unsigned pid, std::string_view command,
                     char boot = '\x11') {
    const std::string number = std::to_string(pid);
    return entry(realtime, boot,
                 {"_HOSTNAME=web-1", "SYSLOG_IDENTIFIER=CRON", "_COMM=cron", "PRIORITY=6",
                  "SYSLOG_FACILITY=9", "_PID=" + number, "SYSLOG_PID=" + number,
                  "MESSAGE=(root) CMD (" + std::string(command) + ")"});
  }

  /// An array of entries, with room for as many again: what only speeds up a search.
  std::uint64_t array(const std::vector<std::uint64_t>& entries) {
    const unsigned width = compact_ ? 4 : 8;
    const std::uint64_t at = object(6, 24 + 2 * width * entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) put(at + 24 + i * width, entries[i], width);
    return at;
  }

  /// With room for entries to come behind it.
  std::string file(std::size_t room = 4096) const {
    std::string out = bytes_ + std::string(room, '\0');
    for (unsigned i = 0; i < 8; ++i)
      out[96 + i] = static_cast<char>((out.size() - kHeader) >> (8 * i));
    return out;
  }

  std::size_t used() const { return bytes_.size(); }

 private:
  static constexpr std::size_t kHeader = 256;

  void put(std::uint64_t at, std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) bytes_[at + i] = static_cast<char>(value >> (8 * i));
  }

  std::uint64_t object(char type, std::size_t size) {
    const std::uint64_t at = bytes_.size();
    bytes_.resize(at + (size + 7) / 8 * 8, '\0');
    bytes_[at] = type;
    put(at + 8, size, 8);
    put(136, at, 8);
    put(144, ++objects_, 8);
    return at;
  }

  std::uint64_t hash(const std::string& payload) const {
    const auto bytes = std::as_bytes(std::span(payload));
    if (!keyed_) return jenkins_hash64(bytes);
    std::array<std::byte, 16> key;
    for (unsigned i = 0; i < 16; ++i) key[i] = static_cast<std::byte>(bytes_[24 + i]);
    return siphash24(bytes, key);
  }

  bool compact_;
  bool keyed_;
  std::string bytes_;
  std::map<std::string, std::uint64_t> data_;
  std::uint64_t objects_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace pidometer
