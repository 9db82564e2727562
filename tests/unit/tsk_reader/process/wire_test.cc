#include "tsk_reader/process/wire.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "tsk_reader/process/channel.h"
#include "tsk_reader/process/messages.h"

namespace pidometer {
namespace {

using namespace std::chrono_literals;

Warning sample_warning() {
  return {WarningKind::reader_died,  "it died", "disk.E01", "p2", "/var/log/cron",
          ByteRange{5, kUnknownEnd}, 17};
}

FileEntry sample_entry() {
  FileEntry entry;
  entry.path = "/var/log/cron\xff";
  entry.display_name = "EXT:/var/log/cron";
  entry.path_spec = {{"EXT", "/var/log/cron", 12, {}, {}, {}, {}},
                     {"TSK_PARTITION", "/p2", {}, 3, 1048576, 4, "xz"}};
  entry.size = 1ULL << 40;
  entry.modified = Timestamp(1234567us);
  entry.packed = Timestamp(-1us);
  entry.inode = 12;
  entry.created = Timestamp(5us);
  entry.changed = Timestamp(6us);
  entry.replayed = {{100, 200}, {300, 301}};
  entry.recovery = Recovery{RecoveryMethod::deleted_name, false, 1024, false, {{0, 5, 7}}, {}, "x"};
  return entry;
}

TimeZone berlin() {
  std::ifstream in("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto zone = TimeZone::from_tzif(std::as_bytes(std::span(bytes)), "Europe/Berlin");
  return zone ? *zone : TimeZone();
}

InputReport sample_report() {
  return {"disk.E01",
          "ewf",
          {"disk.E01", "disk.E02"},
          99,
          "md5",
          "sha1",
          {{{1, 2}, "checksum"}, {{4, kUnknownEnd}, "gone"}},
          {sample_warning()},
          "process"};
}

/// All messages with something in every field.
std::vector<std::string> samples() {
  InputGroup group{InputKind::image, "disk", {"a.E01", "a.E02"}, {sample_warning()}, {"a.map"}};
  LeftOut left{{Step::file_system, "p2", "/x"}, "it died"};
  ListedFolder listed;
  listed.folder.volume = "p2";
  listed.folder.path = "/var/log";
  listed.folder.facts = {berlin(), "/etc/localtime", "web01", "Debian", 32768, "p1"};
  listed.folder.place = {LogCopy::hidden, "/var/log", "p3 is mounted over it"};
  listed.files = {{7, sample_entry()}};
  FindReply find;
  find.folders.push_back(std::move(listed));
  ReportReply report;
  report.report = sample_report();
  report.volumes = {{"p2", 512, 1024, "Linux", "ext4", "ext2fs", "no",
                     TreeRoot{"@", 256, 5, false, true, "u", "p", "s", Timestamp(5us)}}};
  GroupedInputs grouped{{group},
                        {{ErrorKind::output, "m", "r", "h"}},
                        {"a note"},
                        {"a part"},
                        {{"base.raw", "disk.qcow2"}}};
  DamageChange damage{1, {{{8, 9}, "bad"}}};
  return {to_wire<Request>(GroupRequest{{"a", "b"}, InputKind::folder}),
          to_wire<Request>(OpenRequest{group, {group}, {left}}),
          to_wire<Request>(FindRequest{{"/var/log"}, {"cron*"}, FindWhat::deleted}),
          to_wire<Request>(ReportRequest{}),
          to_wire<Request>(OpenFileRequest{3, 4, StreamForm::decoded, ByteRange{512, 4096}}),
          to_wire<Request>(ReadRequest{4, 65536}),
          to_wire<Request>(SkipRequest{4, 1ULL << 50}),
          to_wire<Request>(CloseRequest{4}),
          to_wire<Request>(HashRequest{}),
          to_wire<Reply>(Error{ErrorKind::output, "m", "r", "h"}),
          to_wire<Reply>(Hello{true, true}),
          to_wire<Reply>(std::move(grouped)),
          to_wire<Reply>(std::move(report)),
          to_wire<Reply>(std::move(find)),
          to_wire<Reply>(OpenFileReply{}),
          to_wire<Reply>(ReadReply{9, true, damage, std::string(64, 'a'), Error{}}),
          to_wire<Reply>(SkipReply{9, damage, std::string(64, 'a')}),
          to_wire<Reply>(MediumHashing{9, true, std::string(32, 'a'), std::string(40, 'b'),
                                       std::string(64, 'c')})};
}

constexpr std::size_t kRequests = std::variant_size_v<Request>;

/// What a message reads as, written again; nothing where it is refused.
std::optional<std::string> again(const std::string& bytes, bool is_request) {
  if (is_request) {
    auto read = from_wire<Request>(bytes);
    return read ? std::optional(to_wire(std::move(*read))) : std::nullopt;
  }
  auto read = from_wire<Reply>(bytes);
  return read ? std::optional(to_wire(std::move(*read))) : std::nullopt;
}

TEST(Wire, EveryMessageComesBack) {
  const auto all = samples();
  ASSERT_EQ(all.size(), kRequests + std::variant_size_v<Reply>) << "a message has no sample";
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(again(all[i], i < kRequests), all[i]);
  }
}

TEST(Wire, NoFieldIsLost) {
  const auto warning = from_wire<Warning>(to_wire(sample_warning()));
  ASSERT_TRUE(warning);
  EXPECT_EQ(warning->kind, WarningKind::reader_died);
  EXPECT_EQ(warning->message, "it died");
  EXPECT_EQ(warning->image, "disk.E01");
  EXPECT_EQ(warning->volume, "p2");
  EXPECT_EQ(warning->path, "/var/log/cron");
  EXPECT_EQ(warning->range, (ByteRange{5, kUnknownEnd}));
  EXPECT_EQ(warning->line, 17U);

  const auto entry = from_wire<FileEntry>(to_wire(sample_entry()));
  const FileEntry want = sample_entry();
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->path, want.path);
  EXPECT_EQ(entry->display_name, want.display_name);
  EXPECT_EQ(entry->path_spec, want.path_spec);
  EXPECT_EQ(entry->size, want.size);
  EXPECT_EQ(entry->modified, want.modified);
  EXPECT_EQ(entry->packed, want.packed);
  EXPECT_EQ(entry->inode, want.inode);
  EXPECT_EQ(entry->created, want.created);
  EXPECT_EQ(entry->changed, want.changed);
  EXPECT_EQ(entry->replayed, want.replayed);

  const auto report = from_wire<InputReport>(to_wire(sample_report()));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->segments.size(), 2U);
  EXPECT_EQ(report->damage, sample_report().damage);
  EXPECT_EQ(report->stored_md5 + report->stored_sha1 + report->isolation, "md5sha1process");
  EXPECT_EQ(report->warnings.size(), 1U);
}

TEST(Wire, ZonesAreMadeAgain) {
  const std::chrono::sys_seconds summer = std::chrono::sys_days{std::chrono::July / 1 / 2020};
  for (const TimeZone& zone : {berlin(), TimeZone(), TimeZone::fixed(-330min, "-05:30")}) {
    const auto made = from_wire<TimeZone>(to_wire(zone));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->name(), zone.name());
    EXPECT_EQ(made->offset_at(summer), zone.offset_at(summer));
  }
  WireOut out;
  std::string name = "x";
  std::string tzif = "TZif is not enough";
  std::int32_t offset = 0;
  out(name, tzif, offset);
  EXPECT_FALSE(from_wire<TimeZone>(out.bytes()));
}

TEST(Wire, CutAndLengthenedMessagesAreRefused) {
  const auto all = samples();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t size = 0; size < all[i].size(); ++size)
      EXPECT_FALSE(again(all[i].substr(0, size), i < kRequests)) << i << " at " << size;
    EXPECT_FALSE(again(all[i] + '\0', i < kRequests)) << i;
  }
}

TEST(Wire, AnyBytesAreReadOrRefused) {
  std::mt19937 random(7);
  for (const std::string& sample : samples())
    for (int round = 0; round < 300; ++round) {
      std::string bytes = sample;
      for (int change = 0; change < 3; ++change)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      again(bytes, true);
      again(bytes, false);
    }
}

TEST(Wire, CountsAndEnumsBeyondTheirBoundsAreRefused) {
  WireOut many;
  many.put_number(std::uint32_t{0xffffffff});
  EXPECT_FALSE(from_wire<std::vector<Warning>>(many.bytes()));
  EXPECT_FALSE(from_wire<std::string>(many.bytes()));
  WireOut kind;
  kind.put_number(static_cast<std::int32_t>(WarningKind::reader_died) + 1);
  EXPECT_FALSE(from_wire<WarningKind>(kind.bytes()));
  EXPECT_FALSE(from_wire<bool>(std::string(1, '\2')));
  EXPECT_FALSE(from_wire<Reply>(std::string(1, '\x7f')));
}

TEST(DamageChange, GrowsAndMergesAndRefusesDisorder) {
  std::vector<DamagedRange> there;
  const std::vector<std::vector<DamagedRange>> states = {
      {}, {{{1, 2}, "a"}}, {{{1, 2}, "a"}, {{5, 6}, "b"}}, {{{1, 6}, "a"}}, {}};
  std::vector<DamagedRange> told;
  for (const auto& now : states) {
    ASSERT_TRUE(apply(damage_change(told, now), there));
    EXPECT_EQ(there, now);
    told = now;
  }
  EXPECT_FALSE(apply({1, {}}, there));
  EXPECT_FALSE(apply({0, {{{5, 6}, "a"}, {{1, 2}, "b"}}}, there));
  there.clear();
  EXPECT_FALSE(apply({0, {{{5, 1}, "a"}}}, there));
}

TEST(MessageAssembler, PutsPiecesTogetherAndRefusesSizes) {
  const FrameHeader header{3, 2};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += "abcde";
  MessageAssembler assembler;
  auto state = MessageAssembler::State::incomplete;
  for (const char byte : bytes) {
    ASSERT_EQ(state, MessageAssembler::State::incomplete);
    assembler.room()[0] = static_cast<std::byte>(byte);
    state = assembler.took(1);
  }
  ASSERT_EQ(state, MessageAssembler::State::complete);
  const Message message = assembler.take();
  EXPECT_EQ(message.head, "abc");
  EXPECT_EQ(message.tail.size(), 2U);
  for (const FrameHeader bad :
       {FrameHeader{0, 0}, FrameHeader{kMostMessage + 1, 0}, FrameHeader{1, kMostRead + 1}}) {
    MessageAssembler other;
    std::memcpy(other.room().data(), &bad, sizeof bad);
    EXPECT_EQ(other.took(sizeof bad), MessageAssembler::State::broken);
  }
}

TEST(StepPage, AnyBytesAreSomething) {
  StepPage page;
  page.write(Step::reading, "p2", "/var/log/cron");
  EXPECT_EQ(page.seen(), (StepSeen{Step::reading, "p2", "/var/log/cron"}));
  EXPECT_EQ(page.seen().words(), "reading /var/log/cron of p2");
  std::mt19937 random(3);
  for (int round = 0; round < 100; ++round) {
    for (std::size_t i = 0; i < StepPage::kBytes; ++i)
      page.bytes()[i] = static_cast<std::byte>(random());
    const StepSeen seen = page.seen();
    EXPECT_LE(seen.volume.size() + seen.path.size(), StepPage::kBytes);
  }
}

}  // namespace
}  // namespace pidometer
