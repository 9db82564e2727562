#include "tsk_reader/bytes/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace pidometer {
namespace {

std::uint32_t of(const std::string& text) {
  return ~crc32c(0xFFFFFFFFU, std::as_bytes(std::span(text)));
}

// RFC 3720, B.4, and the check value of the catalogue of CRCs.
TEST(Crc32c, GivesTheKnownValues) {
  std::string rising;
  for (char i = 0; i < 32; ++i) rising += i;
  EXPECT_EQ(of("123456789"), 0xE3069283U);
  EXPECT_EQ(of(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(of(std::string(32, '\xff')), 0x62A8AB43U);
  EXPECT_EQ(of(rising), 0x46DD794EU);
  EXPECT_EQ(of(""), 0U);
}

TEST(Crc32c, GoesOnWithPieces) {
  const std::string text = "123456789";
  const auto bytes = std::as_bytes(std::span(text));
  EXPECT_EQ(~crc32c(crc32c(0xFFFFFFFFU, bytes.first(4)), bytes.subspan(4)), 0xE3069283U);
}

}  // namespace
}  // namespace pidometer
