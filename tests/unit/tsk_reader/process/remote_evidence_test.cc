#include <gtest/gtest.h>

#include "tests/unit/tsk_reader/process/made_evidence.h"

namespace pidometer {
namespace {

TEST(RemoteEvidence, GivesTheSameBytes) {
  const auto session =
      session_of({{{"p1", "/a", 3'000'098}, {"p1", "/b", 0}, {"p3", "/c", 70'000}}, {}});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  ASSERT_EQ(folders.size(), 2U);
  EXPECT_EQ(folders[0].files[0]->sha256(), std::nullopt);
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{4096}}) {
    const ReadFile a = read_all(*folders[0].files[0], piece);
    EXPECT_EQ(a.text.size(), 3'000'098U);
    EXPECT_TRUE(right(a.text));
    EXPECT_FALSE(a.error);
    EXPECT_EQ(a.damage, (std::vector<DamagedRange>{{{0, 1'500'049}, "every first half"}}));
  }
  EXPECT_EQ(folders[0].files[0]->sha256(), std::string(64, 'f'));
  EXPECT_EQ(read_all(*folders[0].files[1]).text, "");
  EXPECT_EQ(read_all(*folders[1].files[0]).text.size(), 70'000U);
  EXPECT_EQ(evidence->volumes().size(), 3U);
  EXPECT_EQ(messages(*evidence), Messages{});
}

TEST(RemoteEvidence, SkipsAndReadsSeveralStreamsInTurn) {
  const auto session = session_of({{{"p1", "/a", 5'000'000}, {"p1", "/b", 5'000'000}}, {}});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  std::vector<std::unique_ptr<ByteStream>> streams;
  for (const auto& file : folders[0].files) streams.push_back(*file->open(StreamForm::stored));
  std::vector<std::byte> buffer(300'000);
  std::vector<std::uint64_t> at(2);
  for (int turn = 0; turn < 60; ++turn) {
    const std::size_t one = static_cast<std::size_t>(turn % 2);
    if (turn % 5 == 4) {
      const auto passed = streams[one]->skip(90'001);
      ASSERT_TRUE(passed);
      at[one] += *passed;
    }
    const auto got =
        streams[one]->read(std::span(buffer).first(static_cast<std::size_t>(1000 + turn * 4000)));
    ASSERT_TRUE(got);
    for (std::size_t i = 0; i < *got; ++i)
      ASSERT_EQ(static_cast<char>(buffer[i]), byte_at(at[one] + i)) << turn;
    at[one] += *got;
  }
  EXPECT_EQ(streams[0]->skip(1 << 30).value(), 5'000'000 - at[0]);
  EXPECT_EQ(streams[0]->read(buffer).value(), 0U);
}

TEST(RemoteEvidence, AStreamErrorComesBehindItsBytes) {
  const auto session = session_of({{{"p1", "/a", 900'000, Deed::fail, 500'000}}, {}});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  const ReadFile a = read_all(*folders[0].files[0]);
  EXPECT_GE(a.text.size(), 480'000U);
  EXPECT_TRUE(right(a.text));
  ASSERT_TRUE(a.error);
  EXPECT_EQ(a.error->message, "as told");
  EXPECT_EQ(messages(*evidence), Messages{});
}

TEST(RemoteEvidence, ALongListComesInPieces) {
  constexpr std::size_t kAreas = 300;  // of 96 KiB: more than one message holds
  const auto session = session_of({{}, {}, Step::none, Deed::nothing, kAreas});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_deleted(kLogFolders, kGlobs);
  ASSERT_EQ(folders.size(), 3U);
  EXPECT_EQ(folders[0].volume + folders[1].volume + folders[2].volume, "p1p2p3");
  ASSERT_EQ(folders[0].files.size(), kAreas);
  for (std::size_t i = 0; i < kAreas; ++i) {
    ASSERT_EQ(folders[0].files[i]->entry().recovery->extents.size(), 4096U);
    ASSERT_EQ(folders[0].files[i]->entry().recovery->extents[0].image, i);
  }
  EXPECT_EQ(read_all(*folders[0].files.back()).text.size(), 1000U);
  EXPECT_EQ(messages(*evidence), Messages{});
}

TEST(RemoteEvidence, AListWithoutAnEndCostsOnlyItsSearch) {
  constexpr std::size_t kAreas = 3000;  // more than the 256 MiB that are taken
  const auto session = session_of({{{"p1", "/a", 1000}}, {}, Step::none, Deed::nothing, kAreas});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto live = evidence->find_logs(kLogFolders, kGlobs);
  EXPECT_TRUE(evidence->find_deleted(kLogFolders, kGlobs).empty());
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(read_all(*live[0].files[0]).text.size(), 1000U);
  EXPECT_EQ(messages(*evidence),
            Messages{"cannot tell what was found: the list is longer than 256 MiB; the deleted "
                     "logs of the input are not read"});
}

TEST(RemoteEvidence, DamageThatIsTooMuchToTellEndsTheStream) {
  const auto session =
      session_of({{{"p1", "/a", 900'000, Deed::shatter, 500'000}, {"p1", "/b", 1000}}, {}});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  const ReadFile a = read_all(*folders[0].files[0]);
  ASSERT_TRUE(a.error);
  EXPECT_EQ(a.error->message, "cannot tell what was found");
  EXPECT_TRUE(right(a.text));
  EXPECT_EQ(read_all(*folders[0].files[1]).text.size(), 1000U);
  EXPECT_EQ(messages(*evidence), Messages{});
}

}  // namespace
}  // namespace pidometer
