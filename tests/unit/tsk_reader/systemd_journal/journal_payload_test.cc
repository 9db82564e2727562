#include "tsk_reader/systemd_journal/journal_payload.h"

#include <gtest/gtest.h>
#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include <string>

namespace pidometer {
namespace {

constexpr std::size_t kMost = 10'000;

std::string lz4_packed(const std::string& text) {
  std::string out(8 + static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(text.size()))),
                  0);
  for (unsigned i = 0; i < 8; ++i) out[i] = static_cast<char>(text.size() >> (8 * i));
  const int size = LZ4_compress_default(text.data(), out.data() + 8, static_cast<int>(text.size()),
                                        static_cast<int>(out.size()) - 8);
  out.resize(8 + static_cast<std::size_t>(size));
  return out;
}

std::string xz_packed(const std::string& text) {
  std::string out(text.size() + 1000, 0);
  std::size_t size = 0;
  lzma_easy_buffer_encode(0, LZMA_CHECK_NONE, nullptr,
                          reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                          reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

std::string zstd_packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), 0);
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

std::string unpacked(const std::string& packed, std::uint8_t flag) {
  const auto got = unpack_journal_payload(std::as_bytes(std::span(packed)), flag, kMost);
  if (!got) return "(nothing)";
  return {reinterpret_cast<const char*>(got->data()), got->size()};
}

TEST(JournalPayload, UnpacksAllThatJournaldPacks) {
  const std::string text = "MESSAGE=" + std::string(5000, 'x') + "end";
  EXPECT_EQ(unpacked(text, 0), text);
  EXPECT_EQ(unpacked(lz4_packed(text), kJournalLz4), text);
  EXPECT_EQ(unpacked(xz_packed(text), kJournalXz), text);
  EXPECT_EQ(unpacked(zstd_packed(text), kJournalZstd), text);
}

TEST(JournalPayload, GivesNothingOfWhatIsTornOrTooLarge) {
  const std::string text = "MESSAGE=" + std::string(5000, 'x') + "end";
  const std::string large(kMost + 1, 'x');
  struct Case {
    std::string packed;
    std::string packed_large;
    std::uint8_t flag;
  };
  for (const Case& c : {Case{lz4_packed(text), lz4_packed(large), kJournalLz4},
                        Case{xz_packed(text), xz_packed(large), kJournalXz},
                        Case{zstd_packed(text), zstd_packed(large), kJournalZstd}}) {
    EXPECT_EQ(unpacked(c.packed_large, c.flag), "(nothing)") << int{c.flag};
    for (std::size_t size = 0; size < c.packed.size(); ++size)
      EXPECT_NE(unpacked(c.packed.substr(0, size), c.flag), text) << int{c.flag} << ' ' << size;
  }
  EXPECT_EQ(unpacked(text, 3), "(nothing)");
  std::string lies = lz4_packed(text);
  lies[7] = '\x7f';
  EXPECT_EQ(unpacked(lies, kJournalLz4), "(nothing)");
}

}  // namespace
}  // namespace pidometer
