#include "tsk_reader/systemd_journal/journal_hash.h"

#include <gtest/gtest.h>

#include <string_view>

namespace pidometer {
namespace {

// lookup3.c, driver5(); the empty text gives its start value.
TEST(JournalHash, Jenkins) {
  EXPECT_EQ(jenkins_hash64({}), 0xdeadbeefdeadbeefULL);
  const std::string_view text = "Four score and seven years ago";
  EXPECT_EQ(jenkins_hash64(std::as_bytes(std::span(text))), 0x17770551ce7226e6ULL);
}

// The paper's appendix A, and the first of the vectors of its reference code.
TEST(JournalHash, Sip) {
  std::array<std::byte, 16> key;
  std::array<std::byte, 15> text;
  for (unsigned i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(i);
  for (unsigned i = 0; i < text.size(); ++i) text[i] = static_cast<std::byte>(i);
  EXPECT_EQ(siphash24(text, key), 0xa129ca6149be45e5ULL);
  EXPECT_EQ(siphash24({}, key), 0x726fdb47dd0e0e31ULL);
}

}  // namespace
}  // namespace pidometer
