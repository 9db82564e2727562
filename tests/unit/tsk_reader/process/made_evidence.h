// Evidence that does to its reader process what a test wants.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tsk_reader/process/remote_evidence.h"

namespace pidometer {

/// What a file of the test does at an offset of its bytes.
enum class Deed { nothing, crash, loop, eat, garbage, sleep, fail, skip_short, skip_long, shatter };

struct MadeFile {
  std::string volume;
  std::string path;
  std::size_t size = 0;
  Deed deed = Deed::nothing;
  std::uint64_t at = 0;  ///< the deed's offset
};

inline char byte_at(std::uint64_t offset) {
  return static_cast<char>('a' + offset * 7 % 26 + offset / 1000 % 3);
}

inline void do_deed(Deed deed) {
  switch (deed) {
    case Deed::nothing:
    case Deed::fail:
    case Deed::skip_short:
    case Deed::skip_long:
    case Deed::shatter:
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
    // More than a message has room for.
    if (file_.deed == Deed::shatter && at_ > file_.at)
      for (std::uint64_t i = 0; i < 200'000; ++i)
        damage_.push_back({{at_ + 2 * i, at_ + 2 * i + 1}, std::string(100, 'x')});
    return count;
  }
  /// Of what is skipped a hostile reader may tell anything.
  Result<std::uint64_t> skip(std::uint64_t count) override {
    count = std::min<std::uint64_t>(count, file_.size - at_);
    at_ += static_cast<std::size_t>(count);
    if (file_.deed == Deed::skip_short) return count - 1;
    return file_.deed == Deed::skip_long ? count + 1 : count;
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
  /// An area of free space, told apart by its first place.
  MadeLogFile(MadeFile file, std::uint64_t first) : MadeLogFile(std::move(file)) {
    entry_.recovery.emplace();
    for (std::uint64_t i = 0; i < 4096; ++i)
      entry_.recovery->extents.push_back({i * 1024, 1024, first + i * 2048});
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
  std::size_t areas = 0;  ///< of free space on p1, of 4096 places each
  std::string md5 = {};   ///< what is said to be the hash of the medium
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
  std::vector<LogFolder> find_deleted(std::span<const std::string_view>,
                                      std::span<const std::string_view>) override {
    std::vector<LogFolder> out;
    for (const VolumeReport& volume : volumes_) {
      if (begin(Step::deleted_search, volume.name)) continue;
      LogFolder& folder = out.emplace_back();
      folder.volume = volume.name;
      folder.path = "/var/log";
      for (std::size_t i = 0; volume.name == "p1" && i < input_.areas; ++i)
        folder.files.push_back(std::make_unique<MadeLogFile>(MadeFile{"p1", "/a", 1000}, i));
    }
    return out;
  }

  /// In two parts; the deed is done in the second one.
  Result<MediumHashing> hash_on() override {
    steps_.at(Step::hashing, {}, {});
    if (!std::exchange(half_hashed_, true)) return MediumHashing{5, false};
    if (input_.killed_at == Step::hashing) do_deed(input_.deed);
    return MediumHashing{9, true, input_.md5};
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
  bool half_hashed_ = false;
};

/// Long enough for what is no endless step, on a loaded machine and under a sanitizer too.
inline constexpr std::chrono::seconds kPatient{120};
/// For steps without an end. What is asked of the same session beside them must be quick.
inline constexpr std::chrono::seconds kImpatient{2};

inline std::shared_ptr<ReaderSession> session_of(MadeInput input,
                                                 std::chrono::seconds step_limit = kPatient) {
  ReaderOptions options;
  options.step_limit = step_limit;
  InputGroup group;
  group.name = "made";
  return std::make_shared<ReaderSession>(
      group, std::vector<InputGroup>{}, options,
      [input](const ReaderDescriptors& own, PageStepNote& steps) {
        serve_requests(
            own, steps,
            [input](const OpenRequest&, StepNote& at) -> Result<std::unique_ptr<Evidence>> {
              return std::make_unique<MadeEvidence>(input, at);
            });
      });
}

struct ReadFile {
  std::string text;
  std::optional<Error> error;
  std::vector<DamagedRange> damage;
};

inline ReadFile read_all(const LogFile& file, std::size_t piece = 65536) {
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

inline bool right(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != byte_at(i)) return false;
  return true;
}

inline std::vector<std::string> messages(const Evidence& evidence) {
  std::vector<std::string> out;
  for (const Warning& warning : evidence.report().warnings) {
    EXPECT_EQ(warning.kind, WarningKind::reader_died);
    EXPECT_EQ(warning.image, "made");
    out.push_back(warning.message);
  }
  return out;
}

using Messages = std::vector<std::string>;
inline constexpr std::array<std::string_view, 1> kGlobs = {"cron*"};

}  // namespace pidometer
