#include "tsk_reader/bytes/decompress.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <zstd.h>

#include "tests/support/deflated.h"
#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kPacked = 973671001;  // 8 November 2000

std::string text(std::size_t lines) {
  std::string all;
  std::uint32_t state = 7;
  for (std::size_t i = 0; i < lines; ++i) {
    state = state * 1664525U + 1013904223U;
    all += "Nov  8 10:" + std::to_string(10 + i % 50) + ":01 web01 CRON[" +
           std::to_string(state >> 12U) + "]: (root) CMD (run-parts /etc/cron.hourly)\n";
  }
  return all;
}

std::string pack(Compression compression, const std::string& plain) {
  std::string out(plain.size() * 2 + 1000, '\0');
  std::size_t length = 0;
  auto* const in = const_cast<char*>(plain.data());
  if (compression == Compression::gzip) {
    return test::deflated(plain, test::DeflateForm::gzip, kPacked);
  } else if (compression == Compression::xz) {
    lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<std::uint8_t*>(in),
                            plain.size(), reinterpret_cast<std::uint8_t*>(out.data()), &length,
                            out.size());
  } else if (compression == Compression::bzip2) {
    auto size = static_cast<unsigned>(out.size());
    BZ2_bzBuffToBuffCompress(out.data(), &size, in, static_cast<unsigned>(plain.size()), 1, 0, 0);
    length = size;
  } else {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    length = ZSTD_compress2(context, out.data(), out.size(), plain.data(), plain.size());
    ZSTD_freeCCtx(context);
  }
  out.resize(length);
  return out;
}

struct Unpacked {
  std::string bytes;
  std::vector<DamagedRange> damage;
};

Unpacked unpack_all(Compression compression, const std::string& packed,
                    std::vector<DamagedRange> bad = {}, std::size_t step = 1000) {
  const auto stream =
      unpack(std::make_unique<MemoryStream>(packed, step, std::move(bad)), compression);
  Unpacked out;
  out.bytes = read_all(*stream, 777);
  out.damage = stream->damage();
  return out;
}

std::span<const std::byte> bytes_of(const std::string& bytes) {
  return std::as_bytes(std::span(bytes));
}

class Decompress : public testing::TestWithParam<Compression> {};

TEST_P(Decompress, GivesTheBytesBack) {
  const std::string plain = text(5000);
  const std::string packed = pack(GetParam(), plain);
  EXPECT_EQ(detect_compression(bytes_of(packed)), GetParam());
  for (const std::size_t step : {std::size_t{1}, std::size_t{13}, std::size_t{1} << 20U}) {
    const Unpacked got = unpack_all(GetParam(), packed, {}, step);
    EXPECT_TRUE(got.bytes == plain) << step;
    EXPECT_TRUE(got.damage.empty()) << step;
  }
}

TEST_P(Decompress, AnEmptyFileIsEmpty) {
  const Unpacked got = unpack_all(GetParam(), pack(GetParam(), ""));
  EXPECT_EQ(got.bytes, "");
  EXPECT_TRUE(got.damage.empty());
}

TEST_P(Decompress, JoinsMembersAndPassesOverPadding) {
  const std::string one = text(300);
  const std::string two = text(900);
  const std::string packed = pack(GetParam(), one) + pack(GetParam(), two) + std::string(512, '\0');
  for (const std::size_t step : {std::size_t{1}, std::size_t{100000}}) {
    const Unpacked got = unpack_all(GetParam(), packed, {}, step);
    EXPECT_TRUE(got.bytes == one + two);
    EXPECT_TRUE(got.damage.empty());
  }
}

TEST_P(Decompress, NamesWhatFollowsAndIsNoMember) {
  const std::string plain = text(300);
  const Unpacked got = unpack_all(GetParam(), pack(GetParam(), plain) + "not a member of it");
  EXPECT_TRUE(got.bytes == plain);
  ASSERT_EQ(got.damage.size(), 1U);
  EXPECT_EQ(got.damage[0].range, (ByteRange{plain.size(), kUnknownEnd}));
}

TEST_P(Decompress, ATruncatedStreamGivesAllThatItHolds) {
  // More than bzip2's block of 100 kB and zstd's of 128 KiB.
  const std::string plain = text(8000);
  const std::string packed = pack(GetParam(), plain);
  const Unpacked got = unpack_all(GetParam(), packed.substr(0, packed.size() / 2));
  EXPECT_GT(got.bytes.size(), plain.size() / 5);
  EXPECT_LT(got.bytes.size(), plain.size());
  EXPECT_TRUE(got.bytes == plain.substr(0, got.bytes.size()));
  ASSERT_EQ(got.damage.size(), 1U);
  EXPECT_EQ(got.damage[0].range, (ByteRange{got.bytes.size(), kUnknownEnd}));
  EXPECT_NE(got.damage[0].reason.find("ends too early"), std::string::npos);
}

TEST_P(Decompress, EveryTruncationIsNoticed) {
  const std::string plain = text(20);
  const std::string packed = pack(GetParam(), plain);
  for (std::size_t length = kCompressionMagicBytes; length < packed.size(); ++length) {
    const Unpacked got = unpack_all(GetParam(), packed.substr(0, length));
    EXPECT_TRUE(got.bytes == plain.substr(0, got.bytes.size())) << length;
    ASSERT_EQ(got.damage.size(), 1U) << length;
    EXPECT_EQ(got.damage[0].range.end, kUnknownEnd) << length;
  }
}

TEST_P(Decompress, NoCorruptByteGoesUnmarked) {
  const std::string plain = text(400);
  const std::string member = pack(GetParam(), plain);
  constexpr std::size_t kTail = 300;  // where a decoder may take the trailer for what it misses
  for (std::size_t at = kCompressionMagicBytes; at < member.size();
       at += at + kTail < member.size() ? 7 : 1) {
    std::string packed = member;
    packed[at] = static_cast<char>(~packed[at]);
    const Unpacked got = unpack_all(GetParam(), packed);
    if (got.bytes == plain && got.damage.empty()) continue;  // a header byte that says nothing
    ASSERT_FALSE(got.damage.empty()) << at;
    const std::size_t sound = static_cast<std::size_t>(
        std::min<std::uint64_t>(got.damage[0].range.begin, got.bytes.size()));
    EXPECT_TRUE(got.bytes.substr(0, sound) == plain.substr(0, sound)) << at;
  }
}

TEST_P(Decompress, DamageOfTheStoredBytesReachesTheDecodedOnes) {
  const std::string plain = text(8000);
  const std::string packed = pack(GetParam(), plain);
  const std::uint64_t begin = packed.size() / 2;
  const Unpacked got =
      unpack_all(GetParam(), packed, {{{begin, begin + 100}, "segment 2 is missing"}});
  ASSERT_FALSE(got.damage.empty());
  const auto sound = static_cast<std::size_t>(got.damage[0].range.begin);
  EXPECT_GT(sound, plain.size() / 5);
  EXPECT_TRUE(got.bytes.substr(0, sound) == plain.substr(0, sound));
  EXPECT_NE(got.damage[0].reason.find("segment 2 is missing"), std::string::npos);
  EXPECT_EQ(got.damage.back().range.end, kUnknownEnd);
}

INSTANTIATE_TEST_SUITE_P(All, Decompress,
                         testing::Values(Compression::gzip, Compression::xz, Compression::bzip2,
                                         Compression::zstd),
                         [](const testing::TestParamInfo<Compression>& one) {
                           return std::string(compression_name(one.param));
                         });

TEST(DecompressGzip, AWrongChecksumCondemnsItsMemberOnly) {
  const std::string one = text(10);
  const std::string two = text(20);
  std::string packed =
      pack(Compression::gzip, one) + pack(Compression::gzip, two) + pack(Compression::gzip, one);
  const std::size_t crc =
      pack(Compression::gzip, one).size() + pack(Compression::gzip, two).size() - 8;
  packed[crc] = static_cast<char>(~packed[crc]);
  const Unpacked got = unpack_all(Compression::gzip, packed, {}, 100000);
  EXPECT_TRUE(got.bytes == one + two + one);
  ASSERT_EQ(got.damage.size(), 1U);
  EXPECT_EQ(got.damage[0].range, (ByteRange{one.size(), one.size() + two.size()}));
}

TEST(DecompressGzip, TellsTheTimeOfTheHeader) {
  std::string packed = pack(Compression::gzip, "x");
  EXPECT_EQ(gzip_time(bytes_of(packed)), Timestamp(std::chrono::seconds(kPacked)));
  packed.replace(4, 4, 4, '\0');
  EXPECT_EQ(gzip_time(bytes_of(packed)), std::nullopt);
  EXPECT_EQ(gzip_time(bytes_of(pack(Compression::xz, "x"))), std::nullopt);
}

TEST(DecompressXz, AsksForTooMuchMemory) {
  lzma_options_lzma options;
  lzma_lzma_preset(&options, 6);
  options.dict_size = 512U << 20U;
  const std::string plain = text(10);
  std::string packed(10000, '\0');
  std::size_t length = 0;
  // The header is what asks; the encoder of a small buffer would shrink the dictionary.
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  options.mf = LZMA_MF_HC4;
  options.mode = LZMA_MODE_FAST;
  if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, nullptr,
                                reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size(),
                                reinterpret_cast<std::uint8_t*>(packed.data()), &length,
                                packed.size()) != LZMA_OK) {
    GTEST_SKIP() << "not enough memory to make the sample";
  }
  packed.resize(length);
  const Unpacked got = unpack_all(Compression::xz, packed);
  EXPECT_EQ(got.bytes, "");
  ASSERT_EQ(got.damage.size(), 1U);
  EXPECT_NE(got.damage[0].reason.find("more than 128 MiB"), std::string::npos);
}

TEST(DetectCompression, TakesNoTextForAPackedFile) {
  for (const std::string& head : {std::string(), std::string("B"), std::string("BZh9 is no bzip2"),
                                  std::string("Nov  8 10:20:00"), std::string("\x1f\x8b", 2)}) {
    EXPECT_EQ(detect_compression(bytes_of(head)), Compression::none) << head;
  }
}

}  // namespace
}  // namespace pidometer
