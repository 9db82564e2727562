#include "capi/fed_logs.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <span>
#include <utility>

#include "base/packed.h"
#include "base/sha256.h"

namespace pidometer {
namespace {

using Logs = std::shared_ptr<const std::vector<FedLog>>;

class FedStream final : public ByteStream {
 public:
  FedStream(Logs logs, std::string_view rest) : logs_(std::move(logs)), rest_(rest) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), rest_.size());
    if (count > 0) std::memcpy(out.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

  Result<std::uint64_t> skip(std::uint64_t count) override {
    const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(count, rest_.size()));
    rest_.remove_prefix(passed);
    return passed;
  }

  const std::vector<DamagedRange>& damage() const override { return none_; }

 private:
  Logs logs_;
  std::string_view rest_;
  std::vector<DamagedRange> none_;
};

class FedFile final : public LogFile {
 public:
  FedFile(Logs logs, const FedLog& log) : logs_(std::move(logs)), log_(log) {
    entry_.path = log.name;
    entry_.display_name = "OS:" + log.name;
    entry_.path_spec = {PathSpecLayer{"OS", log.name, {}, {}, {}, {}, {}}};
    entry_.size = log.bytes.size();
    entry_.modified = log.modified;
    Sha256 hash;
    hash.update(std::as_bytes(std::span(log.bytes)));
    sha256_ = hash.finish();
  }

  const FileEntry& entry() const override { return entry_; }
  std::optional<std::string> sha256() const override { return sha256_; }

  Result<std::unique_ptr<ByteStream>> open(StreamForm) const override {
    return std::make_unique<FedStream>(logs_, log_.bytes);
  }

 private:
  Logs logs_;
  const FedLog& log_;  // of logs_
  FileEntry entry_;
  std::string sha256_;
};

class FedEvidence final : public Evidence {
 public:
  explicit FedEvidence(Logs logs) : logs_(std::move(logs)) {
    report_.name = kFedInput;
    report_.kind = "folder";
    // No process stands between the host and bytes that it has in its memory anyway; only
    // pidometer's own parsers of text see them.
    report_.isolation = "none";
    for (const FedLog& log : *logs_) {
      report_.segments.push_back(log.name);
      report_.size += log.bytes.size();
      const std::string_view packed = unfit_form(log.bytes);
      if (packed.empty()) continue;
      Warning warning;
      warning.kind = WarningKind::skipped_file;
      warning.message = std::string("it is packed (").append(packed) +
                        ") and is not read: feed the unpacked bytes, or add its path";
      warning.path = log.name;
      report_.warnings.push_back(std::move(warning));
    }
  }

  InputReport report() const override { return report_; }
  std::vector<VolumeReport> volumes() const override { return {}; }

  std::vector<LogFolder> find_logs(std::span<const std::string_view>,
                                   std::span<const std::string_view>) override {
    std::map<std::string, std::map<std::string, const FedLog*>> by_folder;
    for (const FedLog& log : *logs_) {
      if (log.bytes.empty() || !unfit_form(log.bytes).empty()) continue;
      const std::size_t slash = log.name.rfind('/');
      const std::string folder = slash == std::string::npos ? std::string(".")
                                 : slash == 0               ? std::string("/")
                                                            : log.name.substr(0, slash);
      by_folder[folder].emplace(log.name, &log);
    }
    std::vector<LogFolder> folders;
    for (const auto& [path, files] : by_folder) {
      LogFolder& folder = folders.emplace_back();
      folder.path = path;
      for (const auto& [name, log] : files)
        folder.files.push_back(std::make_unique<FedFile>(logs_, *log));
    }
    return folders;
  }

 private:
  Logs logs_;
  InputReport report_;
};

}  // namespace

std::string_view unfit_form(std::string_view head) {
  // systemd's journal file format
  return head.starts_with("LPKSHHRH") ? "a systemd journal" : packed_as(head);
}

std::unique_ptr<Evidence> make_fed_evidence(std::shared_ptr<const std::vector<FedLog>> logs) {
  return std::make_unique<FedEvidence>(std::move(logs));
}

}  // namespace pidometer
