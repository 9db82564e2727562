#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "tests/unit/tsk_reader/process/made_evidence.h"

namespace pidometer {
namespace {

TEST(ReaderDeath, AVolumeThatKillsIsLeftOut) {
  const std::vector<std::tuple<Step, Deed, std::string>> table = {
      {Step::file_system, Deed::crash,
       "the reader process was ended by signal 11 (SIGSEGV) while opening the filesystem of p2; "
       "the "
       "volume is left out"},
      {Step::log_search, Deed::loop,
       "the reader process took more than 2 s of CPU time while looking for logs on p2; the volume "
       "is left out"},
      {Step::file_system, Deed::eat,
       "the reader process ran out of its 1024 MiB of memory while opening the filesystem of p2; "
       "the volume is left out"},
  };
  for (const auto& [step, deed, message] : table) {
    const auto session =
        session_of({{{"p1", "/a", 1000}, {"p2", "/b", 1000}, {"p3", "/c", 1000}}, "p2", step, deed},
                   deed == Deed::loop ? kImpatient : kPatient);
    ASSERT_TRUE(session->open());
    const auto evidence = make_remote_evidence(session);
    const auto folders = evidence->find_logs(kLogFolders, kGlobs);
    ASSERT_EQ(folders.size(), 2U);
    EXPECT_EQ(folders[0].volume + folders[1].volume, "p1p3");
    EXPECT_TRUE(right(read_all(*folders[1].files[0]).text));
    // On a loaded machine the time to answer may run out before the CPU time.
    std::string said = messages(*evidence).at(0);
    const std::string slow = "answered nothing for 8 s";
    if (const std::size_t at = said.find(slow); deed == Deed::loop && at != std::string::npos)
      said.replace(at, slow.size(), "took more than 2 s of CPU time");
    EXPECT_EQ(said, message);
    EXPECT_EQ(messages(*evidence).size(), 1U);
  }
}

TEST(ReaderDeath, ADeathInTheSearchForDeletedLogsCostsNoLiveOnes) {
  const auto session = session_of(
      {{{"p1", "/a", 1000}, {"p2", "/b", 1000}}, "p2", Step::deleted_search, Deed::crash, 1});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  ASSERT_EQ(folders.size(), 2U);
  EXPECT_EQ(evidence->find_deleted(kLogFolders, kGlobs).size(), 2U);
  EXPECT_EQ(read_all(*folders[1].files[0]).text.size(), 1000U);
  EXPECT_EQ(messages(*evidence),
            Messages{"the reader process was ended by signal 11 (SIGSEGV) while looking for "
                     "deleted logs on p2; its deleted logs are not looked for"});
}

TEST(ReaderDeath, ADeathInHashingCostsTheHashesOnly) {
  MadeInput input{{{"p1", "/a", 1000}}, {}, Step::hashing, Deed::crash};
  const auto session = session_of(input);
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  const auto half = evidence->hash_on();
  ASSERT_TRUE(half);
  EXPECT_EQ(half->bytes, 5U);
  EXPECT_FALSE(half->done);
  EXPECT_FALSE(evidence->hash_on());
  EXPECT_EQ(messages(*evidence),
            Messages{"the reader process was ended by signal 11 (SIGSEGV) while hashing the "
                     "medium; the hashes of the medium are not known"});
  EXPECT_EQ(read_all(*folders[0].files[0]).text.size(), 1000U);
}

TEST(ReaderDeath, AHashThatIsNoneIsNotTaken) {
  for (const auto& [md5, good] : {std::pair(std::string(32, 'a'), true),
                                  {std::string(32, 'g'), false},
                                  {std::string(31, 'a'), false},
                                  {std::string(), true}}) {
    MadeInput input{{{"p1", "/a", 1000}}, {}};
    input.md5 = md5;
    const auto session = session_of(input);
    ASSERT_TRUE(session->open());
    const auto evidence = make_remote_evidence(session);
    ASSERT_TRUE(evidence->hash_on());
    const auto hashed = evidence->hash_on();
    EXPECT_EQ(hashed.has_value(), good) << md5;
    if (hashed) {
      EXPECT_EQ(hashed->md5, md5);
    }
  }
}

TEST(ReaderDeath, AWrongSkipAfterADeathIsNoBytes) {
  for (const Deed deed : {Deed::skip_short, Deed::skip_long}) {
    SCOPED_TRACE(static_cast<int>(deed));
    const auto session = session_of({{{"p1", "/a", 5'000'000, deed, 5'000'000},
                                      {"p1", "/b", 2'000'000, Deed::garbage, 1'000'000},
                                      {"p1", "/c", 1000}},
                                     {}});
    ASSERT_TRUE(session->open());
    const auto evidence = make_remote_evidence(session);
    const auto folders = evidence->find_logs(kLogFolders, kGlobs);
    auto a = *folders[0].files[0]->open(StreamForm::stored);
    std::vector<std::byte> buffer(50'000);
    ASSERT_TRUE(a->read(buffer));
    ::usleep(300'000);  // until it waits
    ::kill(session->pid(), SIGKILL);
    std::uint64_t more = 0;
    auto got = a->read(buffer);
    for (; got && *got > 0; got = a->read(buffer)) more += *got;
    EXPECT_FALSE(got);
    EXPECT_LT(more, 100'000U);  // of the block that had come
    a.reset();
    // Whoever dies next must not ask for the stream that is gone.
    EXPECT_TRUE(read_all(*folders[0].files[1]).error);
    EXPECT_EQ(read_all(*folders[0].files[2]).text.size(), 1000U);
  }
}

TEST(ReaderDeath, NonsenseEndsTheInput) {
  const auto session = session_of({{}, "p2", Step::file_system, Deed::garbage});
  const auto opened = session->open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().reason.find("breaks the protocol"), std::string::npos);
}

TEST(ReaderDeath, AFileThatKillsIsReadUpToThere) {
  for (const Deed deed : {Deed::crash, Deed::loop, Deed::eat, Deed::garbage, Deed::sleep}) {
    SCOPED_TRACE(static_cast<int>(deed));
    const bool endless = deed == Deed::loop || deed == Deed::sleep;
    const std::size_t size = endless ? 1'200'000 : 3'000'000;
    const std::uint64_t at = size - size / 6;
    const auto session = session_of({{{"p1", "/a", size, deed, at}, {"p1", "/b", 200'000}}, {}},
                                    endless ? kImpatient : kPatient);
    ASSERT_TRUE(session->open());
    const auto evidence = make_remote_evidence(session);
    const auto folders = evidence->find_logs(kLogFolders, kGlobs);
    const ReadFile a = read_all(*folders[0].files[0]);
    EXPECT_GT(a.text.size(), 300'000U);  // what was read before is kept
    EXPECT_LE(a.text.size(), at);
    EXPECT_TRUE(right(a.text));
    ASSERT_TRUE(a.error);
    EXPECT_NE(a.error->reason.find("while reading /a of p1"), std::string::npos) << a.error->reason;
    const ReadFile b = read_all(*folders[0].files[1]);
    EXPECT_EQ(b.text.size(), 200'000U);
    EXPECT_TRUE(right(b.text));
    ASSERT_EQ(messages(*evidence).size(), 1U);
    EXPECT_NE(
        messages(*evidence)[0].find("the file is read up to byte " + std::to_string(a.text.size())),
        std::string::npos);
    // Lines that were reported are fetched again, from before that place.
    const ReadFile again = read_all(*folders[0].files[0]);
    EXPECT_EQ(again.text.size(), a.text.size());
    EXPECT_TRUE(again.error);
    EXPECT_EQ(messages(*evidence).size(), 1U);
  }
}

TEST(ReaderDeath, AnotherReaderGoesOnWithTheOtherStreams) {
  const auto session = session_of({{{"p1", "/a", 5'000'000}, {"p1", "/b", 5'000'000}}, {}});
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  auto a = *folders[0].files[0]->open(StreamForm::stored);
  std::vector<std::byte> buffer(100'000);
  std::uint64_t first = 0;
  // Within the first block: the next one is not asked for ahead yet.
  while (first < 50'000) first += a->read(std::span(buffer).first(50'000 - first)).value();
  ::usleep(300'000);  // until it waits
  ::kill(session->pid(), SIGKILL);
  EXPECT_EQ(read_all(*folders[0].files[1]).text.size(), 5'000'000U);
  std::uint64_t rest = 0;
  for (auto got = a->read(buffer); got && *got > 0; got = a->read(buffer)) rest += *got;
  EXPECT_EQ(rest, 4'950'000U);
  EXPECT_EQ(
      messages(*evidence),
      Messages{"the reader process was ended by signal 9 (SIGKILL) while waiting; another one "
               "reads on"});
}

TEST(ReaderDeath, ReadersDoNotDieForEver) {
  MadeInput input;
  for (int i = 0; i < 60; ++i)
    input.files.push_back({"p1", "/f" + std::to_string(i), 1000, Deed::crash, 0});
  const auto session = session_of(input);
  ASSERT_TRUE(session->open());
  const auto evidence = make_remote_evidence(session);
  const auto folders = evidence->find_logs(kLogFolders, kGlobs);
  for (const auto& file : folders[0].files) EXPECT_TRUE(read_all(*file).error);
  const auto said = messages(*evidence);
  EXPECT_EQ(said.size(), 33U);
  EXPECT_NE(said.back().find("died 32 times; nothing more is read"), std::string::npos);
}

}  // namespace
}  // namespace pidometer
