#include "tsk_reader/file_system/archive/archive_contents.h"

#include <gtest/gtest.h>

#include "tests/support/made_archive.h"
#include "tests/support/memory_source.h"
#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

using test::MadeZip;
using test::tar_end;
using test::tar_member;

/// Archives that go beyond limits far lower than those of the program.
class Limits : public testing::Test {
 protected:
  void read(const std::string& bytes) {
    contents_ = std::make_unique<ArchiveContents>(folder_.write("archive", bytes), limits_);
    const Result<void> done =
        contents_->read({[](std::string_view path) { return path.starts_with("var/log/cron"); },
                         [](std::string_view path) { return path.starts_with("etc/"); }});
    ASSERT_TRUE(done) << done.error().message << ": " << done.error().reason;
  }
  std::string text(std::string_view path) {
    const auto node = contents_->index().find(path);
    if (!node) return "(no such member)";
    auto stream = contents_->open(contents_->index().facts(*node).ordinal);
    if (!stream) return "(" + stream.error().reason + ")";
    return read_all(**stream);
  }
  /// The one warning's words; its path must be `path`.
  std::string warning(std::string_view path) {
    EXPECT_EQ(contents_->warnings().size(), 1U);
    if (contents_->warnings().size() != 1) return {};
    EXPECT_EQ(contents_->warnings()[0].path, path);
    EXPECT_EQ(contents_->warnings()[0].kind, WarningKind::skipped_file);
    return contents_->warnings()[0].message;
  }

  TemporaryFolder folder_;
  ArchiveLimits limits_;
  std::unique_ptr<ArchiveContents> contents_;
};

TEST_F(Limits, NoneIsMetByAnArchiveWithinThem) {
  limits_.most_members = 3;
  limits_.most_indexed = 7;
  limits_.most_kept = 10;
  read(tar_member("var/log/cron", "12345") + tar_member("var/log/cron.1", "67890") +
       tar_member("x", "y") + tar_end());
  EXPECT_EQ(text("var/log/cron"), "12345");
  EXPECT_EQ(text("var/log/cron.1"), "67890");
  EXPECT_TRUE(contents_->warnings().empty());
}

TEST_F(Limits, OfMembers) {
  limits_.most_members = 2;
  read(tar_member("a", "") + tar_member("var/log/cron", "log") + tar_member("c", "") + tar_end());
  EXPECT_EQ(text("var/log/cron"), "log");
  EXPECT_EQ(contents_->index().find("c"), std::nullopt);
  EXPECT_EQ(warning("c"),
            "the archive has more than 2 members; from this one on none is looked at");
}

TEST_F(Limits, OfNames) {
  limits_.most_indexed = 3;
  read(tar_member("a", "") + tar_member("b", "") + tar_member("c", "") + tar_member("d", "") +
       tar_member("var/log/cron", "log") + tar_end());
  // The root and two names; a log is taken all the same.
  EXPECT_EQ(text("var/log/cron"), "log");
  EXPECT_EQ(contents_->index().find("c"), std::nullopt);
  EXPECT_EQ(warning(""),
            "the archive has more than 3 names; 2 members behind are left out that are not named "
            "as a log");
}

TEST_F(Limits, OfNamesOfLogsBehindThat) {
  limits_.most_indexed = 2;
  limits_.most_indexed_logs = 1;
  read(tar_member("a", "") + tar_member("var/log/cron", "1") + tar_member("var/log/cron.1", "2") +
       tar_end());
  EXPECT_EQ(text("var/log/cron"), "1");
  EXPECT_EQ(text("var/log/cron.1"), "(no such member)");
  EXPECT_NE(warning("").find("1 members behind are left out"), std::string::npos);
}

TEST_F(Limits, OfAName) {
  limits_.longest_name = 20;
  read(tar_member("var/log/cron", "log") + tar_member("var/log/cron" + std::string(9, '1'), "x") +
       tar_end());
  EXPECT_EQ(text("var/log/cron"), "log");
  EXPECT_EQ(warning(""),
            "1 members have names of more than 20 bytes, which no path on a host has, and are left "
            "out");
}

TEST_F(Limits, OfTheBytesOfAllLogs) {
  limits_.most_kept = 8000;
  const std::string first(5000, '1');
  read(tar_member("var/log/cron", first) + tar_member("x", std::string(9000, 'x')) +
       tar_member("var/log/cron.1", first) + tar_end());
  EXPECT_EQ(text("var/log/cron"), first);
  EXPECT_NE(
      warning("var/log/cron.1").find("the logs of the archive unpack to more than 8000 bytes"),
      std::string::npos);
  const auto stream = contents_->open(3);
  ASSERT_TRUE(stream);
  EXPECT_LE(read_all(**stream).size(), 3000U);
  ASSERT_FALSE((*stream)->damage().empty());
  EXPECT_EQ((*stream)->damage().back().range.end, 5000U);
}

TEST_F(Limits, OfTheRatioOfAZip) {
  // A deflate stream of zeros is about 1000 to 1.
  limits_.most_per_packed_byte = 100;
  limits_.ratio_floor = 1 << 20;
  MadeZip zip;
  zip.add({.name = "var/log/cron", .bytes = std::string(1000, '\n'), .packed = true});
  zip.add({.name = "var/log/cron.1", .bytes = std::string(8 << 20, '\0'), .packed = true});
  zip.add({.name = "var/log/cron.2", .bytes = "whole"});
  read(zip.bytes());
  EXPECT_EQ(text("var/log/cron"), std::string(1000, '\n'));
  EXPECT_EQ(text("var/log/cron.2"), "whole");
  EXPECT_LT(text("var/log/cron.1").size(), std::size_t{8} << 20);
  EXPECT_NE(warning("var/log/cron.1")
                .find("it unpacks to more than 100 bytes for each packed one, as no log does"),
            std::string::npos);
}

TEST_F(Limits, OfTheRatioOfAPackedTar) {
  limits_.most_per_packed_byte = 100;
  limits_.ratio_floor = 1 << 20;
  const std::string tar = tar_member("var/log/cron", "whole") +
                          tar_member("var/log/cron.1", std::string(8 << 20, '\0')) + tar_end();
  read(test::deflated(tar));
  EXPECT_EQ(text("var/log/cron"), "whole");
  bool told = false;
  for (const Warning& one : contents_->warnings())
    told = told || one.message.find("over 100 for each: an archive made to exhaust its reader") !=
                       std::string::npos;
  EXPECT_TRUE(told);
  EXPECT_FALSE(contents_->damage().empty());
}

TEST_F(Limits, OfMemoryMoveLogsToAFile) {
  limits_.memory = 1000;
  std::string tar;
  for (int i = 0; i < 20; ++i)
    tar += tar_member("var/log/cron." + std::to_string(i),
                      std::string(700, static_cast<char>('a' + i)));
  read(tar + tar_end());
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(text("var/log/cron." + std::to_string(i)),
              std::string(700, static_cast<char>('a' + i)));
  EXPECT_TRUE(contents_->warnings().empty());
}

TEST_F(Limits, OfFactsMakeAnotherPass) {
  // A fact that is too large to be one is fetched where something asks for it.
  const std::string large(300 * 1024, 'f');
  read(tar_member("var/log/cron", "log") + tar_member("etc/hostname", "web01") +
       tar_member("etc/large", large) + tar_end());
  EXPECT_EQ(text("etc/hostname"), "web01");
  EXPECT_FALSE(contents_->kept(3));
  contents_->fetch({3, 99});
  EXPECT_EQ(text("etc/large"), large);
  EXPECT_TRUE(contents_->tried(99));
}

TEST_F(Limits, AHardLinkOverTheLogFolderHidesNoLog) {
  read(tar_member("etc/hosts", "hosts") + tar_member("var/log/cron", "log") +
       tar_member("var/log", "", '1', "etc/hosts") + tar_end());
  const auto folder = contents_->index().find("var/log");
  ASSERT_TRUE(folder);
  EXPECT_EQ(contents_->index().real(*folder), folder);
  EXPECT_EQ(text("var/log/cron"), "log");
}

}  // namespace
}  // namespace pidometer
