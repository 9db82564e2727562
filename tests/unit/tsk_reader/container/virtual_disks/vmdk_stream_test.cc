#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

#include "tests/support/memory_source.h"
#include "tests/unit/tsk_reader/container/virtual_disks/disk_test.h"

namespace pidometer {
namespace {

constexpr std::size_t kSector = 512;
constexpr std::size_t kGrain = 65536;
/// One grain and a sector: the second grain is packed whole, and hardly anything of it is the
/// disk's.
constexpr std::size_t kSize = kGrain + kSector;
constexpr std::size_t kData = 2 * kSector;

void put_le(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i)
    bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
}

void pad(std::string& bytes) {
  bytes.resize((bytes.size() + kSector - 1) / kSector * kSector);
}

std::string marker(std::uint64_t value, std::uint32_t size, std::uint32_t type) {
  std::string bytes(16, '\0');
  put_le(bytes, 0, value, 8);
  put_le(bytes, 8, size, 4);
  put_le(bytes, 12, type, 4);
  return bytes;
}

struct Stream {
  std::string bytes;
  std::string guest;
  std::size_t last_grain_end = 0;  ///< of its bytes, in the file
};

/// A streamOptimized VMDK (Virtual Disk Format 5.0), its grains stored without packing them.
/// `footer`: the directory is named there and lies at the end, as VMware writes it; else its place
/// stands in the header, as qemu writes it.
Stream make_stream(bool footer) {
  Stream stream;
  std::mt19937 pick(3);
  std::string guest(2 * kGrain, '\0');
  for (char& c : guest) c = static_cast<char>(pick());
  std::string header(kSector, '\0');
  header.replace(0, 4, "KDMV");
  put_le(header, 4, 3, 4);
  put_le(header, 8, 0x30001, 4);  // line ends can be checked, packed, with markers
  put_le(header, 12, kSize / kSector, 8);
  put_le(header, 20, kGrain / kSector, 8);
  put_le(header, 28, 1, 8);
  put_le(header, 36, 1, 8);
  put_le(header, 44, 512, 4);
  put_le(header, 64, kData / kSector, 8);
  header.replace(73, 4, "\n \r\n");
  put_le(header, 77, 1, 2);
  std::string file(kSector, '\0');
  file +=
      "# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\ncreateType=\"streamOptimized\"\nRW 129 "
      "SPARSE \"disk.vmdk\"\n";
  pad(file);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < 2; ++i) {
    places.push_back(file.size() / kSector);
    std::string packed(2 * kGrain, '\0');
    uLongf length = packed.size();
    compress2(reinterpret_cast<Bytef*>(packed.data()), &length,
              reinterpret_cast<const Bytef*>(guest.data()) + i * kGrain, kGrain, 0);
    std::string mark(12, '\0');
    put_le(mark, 0, i * kGrain / kSector, 8);
    put_le(mark, 8, length, 4);
    file += mark + packed.substr(0, length);
    stream.last_grain_end = file.size();
    pad(file);
  }
  std::string tables = marker(4, 0, 1);
  pad(tables);
  const std::size_t table_at = file.size() / kSector + 1;
  std::string table(2048, '\0');
  for (std::size_t i = 0; i < 2; ++i) put_le(table, i * 4, places[i], 4);
  tables += table + marker(1, 0, 2);
  pad(tables);
  const std::size_t directory_at = (file.size() + tables.size()) / kSector;
  std::string directory(kSector, '\0');
  put_le(directory, 0, table_at, 4);
  file += tables + directory;
  put_le(header, 56, directory_at, 8);
  if (footer) {
    file += marker(1, 0, 3);
    pad(file);
    file += header + std::string(kSector, '\0');
    put_le(header, 56, ~std::uint64_t{0}, 8);
  }
  file.replace(0, kSector, header);
  stream.bytes = file;
  stream.guest = guest.substr(0, kSize);
  return stream;
}

class VmdkStream : public DiskTest {
 protected:
  VmdkStream() : DiskTest("disk.vmdk") {}
};

TEST_F(VmdkStream, IsReadWhole) {
  for (const bool footer : {false, true}) {
    const Stream stream = make_stream(footer);
    const auto source = open(stream.bytes);
    ASSERT_TRUE(source);
    EXPECT_EQ(read_range(**source, 0, kSize), stream.guest);
    EXPECT_TRUE(report_.damage.empty());
    EXPECT_TRUE(report_.warnings.empty());
  }
}

TEST_F(VmdkStream, ALastGrainThatIsCutOffIsKnownToBeDamage) {
  const Stream stream = make_stream(true);
  for (const std::size_t cut : {std::size_t{1}, std::size_t{1000}, std::size_t{30'000},
                                std::size_t{65'000}, std::size_t{65'550}}) {
    SCOPED_TRACE(cut);
    const auto source = open(stream.bytes.substr(0, stream.last_grain_end - cut));
    ASSERT_TRUE(source);
    ASSERT_EQ(report_.damage.size(), 1U);
    EXPECT_EQ(report_.damage[0].range, (ByteRange{kGrain, kSize}));
    ASSERT_FALSE(report_.warnings.empty());
    EXPECT_NE(report_.warnings[0].message.find("cut off before its grain directory"),
              std::string::npos);
    EXPECT_EQ(read_range(**source, 0, kSize),
              stream.guest.substr(0, kGrain) + std::string(kSector, '\0'));
  }
  // All of the grain, nothing behind it.
  const auto source = open(stream.bytes.substr(0, stream.last_grain_end));
  ASSERT_TRUE(source);
  EXPECT_TRUE(report_.damage.empty());
  EXPECT_EQ(read_range(**source, 0, kSize), stream.guest);
}

TEST_F(VmdkStream, ACutGrainIsKnownWhereTheDirectoryIsBeforeIt) {
  // The tables are moved before the grains by a file that has both: header, descriptor, tables.
  Stream stream = make_stream(false);
  const std::size_t tables = (stream.last_grain_end + kSector - 1) / kSector * kSector;
  const std::size_t moved = stream.bytes.size() - tables;
  std::string bytes = stream.bytes.substr(0, kData) + stream.bytes.substr(tables) +
                      stream.bytes.substr(kData, stream.last_grain_end - kData);
  const std::size_t table = kData + kSector;
  const std::size_t directory = table + 2048 + kSector;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto place = static_cast<unsigned char>(bytes[table + i * 4]);
    put_le(bytes, table + i * 4, place + moved / kSector, 2);
  }
  put_le(bytes, table, kData / kSector + moved / kSector, 4);
  put_le(bytes, directory, table / kSector, 4);
  put_le(bytes, 56, directory / kSector, 8);
  put_le(bytes, 64, (kData + moved) / kSector, 8);
  {
    const auto source = open(bytes);
    ASSERT_TRUE(source);
    ASSERT_EQ(read_range(**source, 0, kSize), stream.guest);
    EXPECT_TRUE(report_.damage.empty());
  }
  for (const std::size_t cut : {std::size_t{1}, std::size_t{1000}, std::size_t{30'000},
                                std::size_t{65'000}, std::size_t{65'550}}) {
    SCOPED_TRACE(cut);
    const auto source = open(bytes.substr(0, bytes.size() - cut));
    ASSERT_TRUE(source);
    ASSERT_EQ(report_.damage.size(), 1U);
    EXPECT_EQ(report_.damage[0].range, (ByteRange{kGrain, kSize}));
  }
}

}  // namespace
}  // namespace pidometer
