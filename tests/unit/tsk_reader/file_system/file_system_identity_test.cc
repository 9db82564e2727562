#include "tsk_reader/file_system/file_system_identity.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

constexpr std::string_view kUuid =
    "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef";

FileSystemIdentity identity(FileSystemBackend backend, std::size_t uuid_at, std::size_t label_at) {
  std::string bytes(70000, '\0');
  bytes.replace(uuid_at, kUuid.size(), kUuid);
  bytes.replace(label_at, 5, "vol 1");
  MemorySource source(bytes);
  StructureReader reader(source);
  VolumeContent content;
  content.backend = backend;
  return read_identity(reader, content);
}

TEST(FileSystemIdentity, StandsInEachSuperblock) {
  for (const auto& [backend, uuid, label] : {std::tuple(FileSystemBackend::ext2fs, 1128, 1144),
                                             std::tuple(FileSystemBackend::xfs, 32, 108),
                                             std::tuple(FileSystemBackend::btrfs, 65568, 65835)}) {
    const FileSystemIdentity found =
        identity(backend, static_cast<std::size_t>(uuid), static_cast<std::size_t>(label));
    EXPECT_EQ(found.uuid, "01234567-89ab-cdef-0123-456789abcdef");
    EXPECT_EQ(found.label, "vol 1");
  }
}

TEST(FileSystemIdentity, IsEmptyElsewhere) {
  EXPECT_EQ(identity(FileSystemBackend::tsk, 32, 108).uuid, "");
  EXPECT_EQ(identity(FileSystemBackend::xfs, 1128, 1144).uuid, "");
}

}  // namespace
}  // namespace pidometer
