#include "tsk_reader/container/content_sniffer.h"

#include <gtest/gtest.h>

#include "tests/support/deflated.h"
#include "tests/support/made_image.h"

namespace pidometer {
namespace {

using namespace std::string_literals;

std::string put(std::size_t offset, const std::string& magic) {
  std::string bytes = std::string(100'000, '\0');
  bytes.replace(offset, magic.size(), magic);
  return bytes;
}

/// A log with a line that says `magic` where a disk or an archive has it.
std::string log_with(std::size_t offset, const std::string& magic, std::size_t line = 50) {
  std::string bytes;
  while (bytes.size() < 100'000) bytes += std::string(line - 1, 'x') + "\n";
  return bytes.replace(offset, magic.size(), magic);
}

std::string tar_of(const std::string& text) {
  std::string header(512, '\0');
  header.replace(0, 12, "var/log/cron");
  header.replace(100, 8, "0000640\0"s);
  header.replace(257, 8, "ustar\00000"s);
  return header + text;
}

std::string noise(std::size_t size) {
  std::string bytes = disk_bytes(200'000, 9).substr(1000, size);
  return bytes;
}

TEST(ContentSniffer, TellsEvidenceFromOtherFiles) {
  std::string lines;
  for (int i = 0; i < 3000; ++i) lines += "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n";
  std::string accents = lines;
  for (std::size_t at = 30; at < accents.size(); at += 10) accents[at] = '\xe9';
  const std::string nuls = std::string(300'000, '\0');
  struct Case {
    const char* name;
    std::string bytes;
    Content want;
  };
  const std::vector<Case> cases = {
      {"empty", "", Content::empty},
      {"log", lines, Content::log},
      {"log of one line", "[842]: root (11/08-08:50:00-2441) CMD (run)\n", Content::log},
      {"torn first line", lines.substr(17), Content::log},
      {"bytes above 127", accents, Content::log},
      {"NULs within", lines + std::string(5000, '\0') + lines, Content::log},
      {"NULs first", nuls + lines, Content::log},
      {"CRLF", "a line\r\nanother\r\n", Content::log},
      {"H+ at 1024 of a log", "x\n" + lines.substr(0, 1022) + "H+" + lines, Content::log},
      {"ustar in a log", log_with(257, "ustar"), Content::log},
      {"ustar in a line of 2000 bytes", log_with(257, "ustar", 2000), Content::log},
      {"ext magic in a line of 2000 bytes", log_with(1080, "\x53\xef", 2000), Content::log},
      {"EFI PART in a log", log_with(512, "EFI PART"), Content::log},
      {"LABELONE in a log", log_with(512, "LABELONE"), Content::log},
      {"CD001 in a log", log_with(32769, "CD001"), Content::log},
      {"_BHRfS_M in a log", log_with(65600, "_BHRfS_M"), Content::log},
      {"a log that begins as XFS", log_with(0, "XFSB"), Content::log},
      {"ustar in a packed log", test::deflated(log_with(257, "ustar")), Content::log},
      {"tar of a log", tar_of(lines), Content::archive},
      {"packed tar of a log", test::deflated(tar_of(lines)), Content::archive},
      {"PDF", "%PDF-1.4\n1 0 obj\n", Content::foreign},
      {"VMDK descriptor", "# Disk DescriptorFile\nversion=1\n", Content::vmdk_descriptor},
      {"one line without its end", "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)",
       Content::log},
      {"one packed line without its end",
       test::deflated("Nov  8 10:20:00 web01 CRON[842]: (root) CMD (r)"), Content::log},
      {"a long file without one line end", std::string(100'000, 'x'), Content::unknown},
      {"packed log", test::deflated(lines), Content::log},
      {"packed log cut short", test::deflated(lines).substr(0, 200), Content::log},
      {"packed disk", test::deflated(disk_bytes(1'000'000, 4)), Content::packed_disk},
      {"packed journal", test::deflated("LPKSHHRH\0\0\0\0"s + std::string(300, '\x01')),
       Content::log},
      {"packed PNG", test::deflated("\x89PNG\r\n\x1a\n and so on"s), Content::foreign},
      {"boot sector", disk_bytes(100'000, 4), Content::disk},
      {"ext", put(1080, "\x53\xef"), Content::disk},
      {"xfs", put(0, "XFSB"), Content::disk},
      {"btrfs", put(65600, "_BHRfS_M"), Content::disk},
      {"gpt", put(512, "EFI PART"), Content::disk},
      {"lvm", put(512, "LABELONE"), Content::disk},
      {"lvm, fourth sector", put(1536, "LABELONE"), Content::disk},
      {"md 1.1", put(0, "\xfc\x4e\x2b\xa9"), Content::disk},
      {"md 1.2", put(4096, "\xfc\x4e\x2b\xa9"), Content::disk},
      {"LUKS", put(0, "LUKS\xba\xbe\0\2"s), Content::disk},
      {"LVM1", put(0, "HM\1\0"s), Content::disk},
      {"HM at the start of a log", log_with(0, "HM"), Content::log},
      {"Stratis", put(516, "!Stra0tis\x86\xff\2^\x41rh"), Content::disk},
      {"bcache", put(4120, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca"), Content::disk},
      {"F2FS", put(1024, "\x10\x20\xf5\xf2"), Content::disk},
      {"JFS", put(32768, "JFS1"), Content::disk},
      {"JFS1 in a log", log_with(32768, "JFS1"), Content::log},
      {"ReiserFS", put(65588, "ReIsEr2Fs"), Content::disk},
      {"ZFS", put(16396, "\0\0\0\x24\0\0\0\x20\0\0\0\7version\0"s), Content::disk},
      {"E01 signature", put(0, "EVF\x09\x0d\x0a\xff\0"s), Content::ewf},
      {"Ex01", put(0, "EVF2\r\n\x81\0"s), Content::other_container},
      {"L01", put(0, "LVF\x09\x0d\x0a\xff\0"s), Content::other_container},
      {"qcow2", put(0, "QFI\xfb"s), Content::qcow2},
      {"VMDK", put(0, "KDMV"), Content::vmdk},
      {"VHDX", put(0, "vhdxfile"), Content::vhdx},
      {"AFF4", put(0, "PK\x03\x04" + std::string(26, '.') + "container.description"),
       Content::other_container},
      {"zip", put(0, "PK\x03\x04............word/document.xml"), Content::archive},
      {"a systemd journal", put(0, "LPKSHHRH\0\0\0\0"s), Content::log},
      {"PNG", put(0, "\x89PNG\r\n\x1a\n"), Content::foreign},
      {"ELF",
       put(0,
           "\x7f"
           "ELF"),
       Content::foreign},
      {"noise", noise(90'000), Content::unknown},
      {"zeros", nuls, Content::unknown},
  };
  TemporaryFolder folder;
  for (const Case& one : cases) {
    const auto file = OsFile::open(folder.write("file", one.bytes));
    ASSERT_TRUE(file);
    const Sniffed got = sniff_content(**file, "file.log");
    EXPECT_EQ(got.content, one.want) << one.name << ": " << got.what;
    const bool usable = one.want == Content::log || one.want == Content::disk ||
                        one.want == Content::ewf || one.want == Content::archive ||
                        is_virtual_disk(one.want);
    EXPECT_EQ(content_error(got, "file").has_value(), !usable) << one.name;
  }
}

TEST(ContentSniffer, AnE01WithADestroyedHeaderIsNeverRaw) {
  TemporaryFolder folder;
  const auto file = OsFile::open(folder.write("disk.E01", noise(90'000)));
  const Sniffed got = sniff_content(**file, "disk.E01");
  EXPECT_EQ(got.content, Content::ewf_destroyed);
  EXPECT_EQ(content_error(got, "disk.E01")->kind, ErrorKind::unreadable);
  const auto log = OsFile::open(folder.write("disk.E02", "a log by an odd name\n"));
  EXPECT_EQ(sniff_content(**log, "disk.E02").content, Content::log);
}

}  // namespace
}  // namespace pidometer
