#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/deflated.h"

namespace pidometer::test {

/// A member of a ustar archive (POSIX.1-2017, pax, "ustar Interchange Format"): header, bytes,
/// padding. `type`: 0 file, 1 hard link, 2 symlink, 5 folder.
inline std::string tar_member(std::string_view name, std::string_view bytes, char type = '0',
                              std::string_view link = "") {
  std::string header(512, '\0');
  const auto octal = [&](std::size_t at, std::size_t width, std::uint64_t value) {
    char text[16];
    std::snprintf(text, sizeof text, "%0*llo", static_cast<int>(width - 1),
                  static_cast<unsigned long long>(value));
    header.replace(at, width - 1, text);
  };
  header.replace(0, name.size(), name);
  octal(100, 8, 0644);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, bytes.size());
  octal(136, 12, 973'700'000);
  header.replace(148, 8, "        ");
  header[156] = type;
  header.replace(157, link.size(), link);
  header.replace(257, 8, std::string_view("ustar\00000", 8));
  std::uint64_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  octal(148, 7, sum);
  header[154] = '\0';
  std::string member = header + std::string(bytes);
  member.resize((member.size() + 511) / 512 * 512);
  return member;
}

inline std::string tar_end() {
  return std::string(1024, '\0');
}

/// A zip (PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16) whose central directory may say other
/// than its local headers.
class MadeZip {
 public:
  struct Member {
    std::string name = {};
    std::string bytes = {};
    std::string extra = {};       ///< of both headers
    std::uint16_t date = 0x296b;  ///< 2000-11-11
    std::uint16_t time = 0x51d2;  ///< 10:14:36
    bool packed = false;
  };

  MadeZip& add(const Member& one) {
    std::string data = one.bytes;
    if (one.packed) data = deflated(one.bytes, DeflateForm::raw);
    const auto crc = static_cast<std::uint32_t>(crc32(
        0, reinterpret_cast<const Bytef*>(one.bytes.data()), static_cast<uInt>(one.bytes.size())));
    const std::string common = le(20, 2) + le(0, 2) + le(one.packed ? 8 : 0, 2) + le(one.time, 2) +
                               le(one.date, 2) + le(crc, 4) + le(data.size(), 4) +
                               le(one.bytes.size(), 4) + le(one.name.size(), 2) +
                               le(one.extra.size(), 2);
    directory_ += "PK\1\2" + le(0x0314, 2) + common + le(0, 2) + le(0, 2) + le(0, 2) +
                  le(std::uint32_t{0100644} << 16, 4) + le(local_.size(), 4) + one.name + one.extra;
    offsets_.push_back(local_.size());
    local_ += "PK\3\4" + common + one.name + one.extra + data;
    return *this;
  }

  /// `ahead`: bytes put before the archive, which the offsets in it do not know of.
  std::string bytes(const std::string& comment = "", const std::string& ahead = "") const {
    return ahead + local_ + directory_ + "PK\5\6" + le(0, 4) + le(offsets_.size(), 2) +
           le(offsets_.size(), 2) + le(directory_.size(), 4) + le(local_.size(), 4) +
           le(comment.size(), 2) + comment;
  }
  /// With the record and locator of zip64, the places in the old record all ones.
  std::string bytes64() const {
    const std::uint64_t at = local_.size() + directory_.size();
    return local_ + directory_ + "PK\6\6" + le(44, 8) + le(45, 2) + le(45, 2) + le(0, 8) +
           le(offsets_.size(), 8) + le(offsets_.size(), 8) + le(directory_.size(), 8) +
           le(local_.size(), 8) + "PK\6\7" + le(0, 4) + le(at, 8) + le(1, 4) + "PK\5\6" + le(0, 4) +
           le(0xffff, 2) + le(0xffff, 2) + le(0xffffffff, 4) + le(0xffffffff, 4) + le(0, 2);
  }
  std::uint64_t offset(std::size_t member) const { return offsets_[member]; }
  std::uint64_t directory_offset() const { return local_.size(); }

  static std::string le(std::uint64_t value, std::size_t width) {
    std::string out(width, '\0');
    for (std::size_t i = 0; i < width; ++i) out[i] = static_cast<char>(value >> (8 * i) & 0xff);
    return out;
  }

 private:
  std::string local_;
  std::string directory_;
  std::vector<std::uint64_t> offsets_;
};

}  // namespace pidometer::test
