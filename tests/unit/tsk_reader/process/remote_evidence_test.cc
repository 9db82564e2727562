#include "tsk_reader/process/remote_evidence.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>

namespace pidometer {
namespace {

/// What a file of the test does at an offset of its bytes.
enum class Deed { nothing, crash, loop, eat, garbage, sleep, fail };

struct MadeFile {
  std::string volume;
  std::string path;
  std::size_t size = 0;
  Deed deed = Deed::nothing;
  std::uint64_t at = 0;  ///< the deed's offset
};

char byte_at(std::uint64_t offset) {
  return static_cast<char>('a' + offset * 7 % 26 + offset / 1000 % 3);
}

void do_deed(Deed deed) {
  switch (deed) {
    case Deed::nothing:
    case Deed::fail:
      return;
    case Deed::crash:
      std::signal(SIGSEGV, SIG_DFL);
      std::raise(SIGSEGV);
      return;
    case Deed::loop:
      for (std::atomic<unsigned> i = 0;;) ++i;
    case Deed::eat:
      throw std::bad_alloc();
    case Deed::garbage: {
      const std::string bytes(64, '\xff');
      if (::write(4, bytes.data(), bytes.size()) < 0) ::_exit(9);
      return;
    }
    case Deed::sleep:
      for (;;) ::usleep(100'000);
  }
}

class MadeStream final : public ByteStream {
 public:
  explicit MadeStream(const MadeFile& file) : file_(file) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    // Small and uneven pieces.
    const std::size_t count = std::min({out.size(), std::size_t{10007}, file_.size - at_});
    if (file_.deed != Deed::nothing && at_ + count > file_.at) {
      if (file_.deed == Deed::fail) return fail(ErrorKind::unreadable, "as told");
      do_deed(file_.deed);
    }
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::byte>(byte_at(at_ + i));
    at_ += count;
    if (count > 0) damage_ = {{{0, at_ / 2}, "every first half"}};
    return count;
  }
  const std::vector<DamagedRange>& damage() const override { return damage_; }

 private:
  MadeFile file_;
  std::size_t at_ = 0;
  std::vector<DamagedRange> damage_;
};

class MadeLogFile final : public LogFile {
 public:
  explicit MadeLogFile(MadeFile file) : file_(std::move(file)) {
    entry_.path = file_.path;
    entry_.path_spec = {PathSpecLayer{"EXT", file_.path, {}, {}, {}, {}, {}}};
    entry_.size = file_.size;
  }
  const FileEntry& entry() const override { return entry_; }
  Result<std::unique_ptr<ByteStream>> open(StreamForm) const override {
    return std::make_unique<MadeStream>(file_);
  }
  std::optional<std::string> sha256() const override { return std::string(64, 'f'); }

 private:
  MadeFile file_;
  FileEntry entry_;
};

/// Volumes p1 to p3; `killer` is one whose opening ends the reader.
struct MadeInput {
  std::vector<MadeFile> files;
  std::string killer;
  Step killed_at = Step::file_system;
  Deed deed = Deed::crash;
};

class MadeEvidence final : public Evidence {
 public:
  MadeEvidence(MadeInput input, StepNote& steps) : input_(std::move(input)), steps_(steps) {
    for (const char* name : {"p1", "p2", "p3"}) {
      VolumeReport report;
      report.name = name;
      if (const auto reason = begin(Step::file_system, name)) report.unsupported = *reason;
      volumes_.push_back(std::move(report));
    }
  }
  InputReport report() const override {
    InputReport report;
    report.name = "made";
    return report;
  }
  std::vector<VolumeReport> volumes() const override { return volumes_; }
  std::vector<LogFolder> find_logs(std::span<const std::string_view>,
                                   std::span<const std::string_view>) override {
    std::map<std::string, LogFolder> folders;
    for (const VolumeReport& volume : volumes_) {
      if (!volume.unsupported.empty() || begin(Step::log_search, volume.name)) continue;
      for (const MadeFile& file : input_.files)
        if (file.volume == volume.name)
          folders[volume.name].files.push_back(std::make_unique<MadeLogFile>(file));
    }
    std::vector<LogFolder> out;
    for (auto& [name, folder] : folders) {
      folder.volume = name;
      folder.path = "/var/log";
      out.push_back(std::move(folder));
    }
    return out;
  }

 private:
  std::optional<std::string> begin(Step step, const std::string& volume) {
    auto reason = steps_.begin(step, volume, {});
    if (!reason && volume == input_.killer && step == input_.killed_at) do_deed(input_.deed);
    return reason;
  }
  MadeInput input_;
  StepNote& steps_;
  std::vector<VolumeReport> volumes_;
};

std::shared_ptr<ReaderSession> session_of(MadeInput input) {
  ReaderOptions options;
  options.step_limit = std::chrono::seconds(1);
  InputGroup group;
  group.name = "made";
  return std::make_shared<ReaderSession>(
      group, std::vector<InputGroup>{}, options,
      [input](const OpenRequest&, StepNote& steps) -> Result<std::unique_ptr<Evidence>> {
        return std::make_unique<MadeEvidence>(input, steps);
      });
}

struct ReadFile {
  std::string text;
  std::optional<Error> error;
  std::vector<DamagedRange> damage;
};

ReadFile read_all(const LogFile& file, std::size_t piece = 65536) {
  ReadFile out;
  auto stream = file.open(StreamForm::stored);
  if (!stream) return {{}, stream.error(), {}};
  std::vector<std::byte> buffer(piece);
  for (;;) {
    const auto got = (*stream)->read(buffer);
    if (!got) out.error = got.error();
    if (!got || *got == 0) break;
    out.text.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  out.damage = (*stream)->damage();
  return out;
}

bool right(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != byte_at(i)) return false;
  return true;
}

std::vector<std::string> messages(const Evidence& evidence) {
  std::vector<std::string> out;
  for (const Warning& warning : evidence.report().warnings) {
    EXPECT_EQ(warning.kind, WarningKind::reader_died);
    EXPECT_EQ(warning.image, "made");
    out.push_back(warning.message);
  }
  return out;
}

using Messages = std::vector<std::string>;
constexpr std::array<std::string_view, 1> kGlobs = {"cron*"};

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

TEST(RemoteEvidence, AVolumeThatKillsIsLeftOut) {
  const std::vector<std::tuple<Step, Deed, std::string>> table = {
      {Step::file_system, Deed::crash,
       "the reader process was ended by signal 11 (SIGSEGV) while opening the filesystem of p2; "
       "the "
       "volume is left out"},
      {Step::log_search, Deed::loop,
       "the reader process took more than 1 s of CPU time while looking for logs on p2; the volume "
       "is left out"},
      {Step::file_system, Deed::eat,
       "the reader process ran out of its 1024 MiB of memory while opening the filesystem of p2; "
       "the volume is left out"},
  };
  for (const auto& [step, deed, message] : table) {
    const auto session = session_of(
        {{{"p1", "/a", 1000}, {"p2", "/b", 1000}, {"p3", "/c", 1000}}, "p2", step, deed});
    ASSERT_TRUE(session->open());
    const auto evidence = make_remote_evidence(session);
    const auto folders = evidence->find_logs(kLogFolders, kGlobs);
    ASSERT_EQ(folders.size(), 2U);
    EXPECT_EQ(folders[0].volume + folders[1].volume, "p1p3");
    EXPECT_TRUE(right(read_all(*folders[1].files[0]).text));
    // On a loaded machine the time to answer may run out before the CPU time.
    std::string said = messages(*evidence).at(0);
    const std::string slow = "answered nothing for 4 s";
    if (const std::size_t at = said.find(slow); deed == Deed::loop && at != std::string::npos)
      said.replace(at, slow.size(), "took more than 1 s of CPU time");
    EXPECT_EQ(said, message);
    EXPECT_EQ(messages(*evidence).size(), 1U);
  }
}

TEST(RemoteEvidence, NonsenseEndsTheInput) {
  const auto session = session_of({{}, "p2", Step::file_system, Deed::garbage});
  const auto opened = session->open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().reason.find("breaks the protocol"), std::string::npos);
}

TEST(RemoteEvidence, AFileThatKillsIsReadUpToThere) {
  for (const Deed deed : {Deed::crash, Deed::loop, Deed::eat, Deed::garbage, Deed::sleep}) {
    SCOPED_TRACE(static_cast<int>(deed));
    const auto session =
        session_of({{{"p1", "/a", 3'000'000, deed, 2'500'000}, {"p1", "/b", 2'000'000}}, {}});
    ASSERT_TRUE(session->open());
    const auto evidence = make_remote_evidence(session);
    const auto folders = evidence->find_logs(kLogFolders, kGlobs);
    const ReadFile a = read_all(*folders[0].files[0]);
    EXPECT_GT(a.text.size(), 1'000'000U);
    EXPECT_LE(a.text.size(), 2'500'000U);
    EXPECT_TRUE(right(a.text));
    ASSERT_TRUE(a.error);
    EXPECT_NE(a.error->reason.find("while reading /a of p1"), std::string::npos) << a.error->reason;
    const ReadFile b = read_all(*folders[0].files[1]);
    EXPECT_EQ(b.text.size(), 2'000'000U);
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

TEST(RemoteEvidence, AnotherReaderGoesOnWithTheOtherStreams) {
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

TEST(RemoteEvidence, ReadersDoNotDieForEver) {
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
