#include "tsk_reader/file_system/ext/replayed_file_system.h"

#include <utility>

#include "tsk_reader/file_system/ext/journal_inodes.h"
#include "tsk_reader/file_system/ext/replayed_ranges.h"

namespace pidometer {
namespace {

class ReplayedFileSystem final : public FileSystem {
 public:
  ReplayedFileSystem(std::unique_ptr<ExtFileSystem> before, std::unique_ptr<OverlaySource> overlay,
                     std::unique_ptr<ExtFileSystem> after)
      : before_(std::move(before)), overlay_(std::move(overlay)), after_(std::move(after)) {}

  std::string_view type_indicator() const override { return after_->type_indicator(); }
  std::string_view reader() const override { return after_->reader(); }
  bool folds_case() const override { return after_->folds_case(); }
  std::uint64_t size() const override { return after_->size(); }
  std::uint64_t root() const override { return after_->root(); }
  Result<FileNode> stat(std::uint64_t inode) override { return after_->stat(inode); }
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override {
    return after_->list(directory);
  }
  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override {
    return after_->lookup(directory, name);
  }
  Result<std::string> read_link(std::uint64_t inode) override { return after_->read_link(inode); }
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override {
    return after_->open(inode);
  }
  Result<std::vector<ByteRange>> replayed(std::uint64_t inode) override {
    return replayed_ranges(*before_, *after_, *overlay_, inode);
  }
  Result<std::vector<ByteRange>> unallocated() override { return after_->unallocated(); }
  Result<std::vector<ByteRange>> slack(std::uint64_t inode) override {
    return after_->slack(inode);
  }
  std::uint32_t block_size() const override { return after_->block_size(); }
  Result<std::vector<DeletedFile>> deleted_files(std::span<const std::uint64_t> folders) override {
    return find_journal_inodes(*after_, overlay_->below(), folders);
  }
  const std::vector<Warning>& warnings() const override { return after_->warnings(); }
  const std::vector<DamagedRange>& structure_damage() const override {
    return after_->structure_damage();
  }

 private:
  std::unique_ptr<ExtFileSystem> before_;
  std::unique_ptr<OverlaySource> overlay_;
  std::unique_ptr<ExtFileSystem> after_;  ///< reads through overlay_
};

}  // namespace

std::unique_ptr<FileSystem> make_replayed_file_system(std::unique_ptr<ExtFileSystem> before,
                                                      std::unique_ptr<OverlaySource> overlay,
                                                      std::unique_ptr<ExtFileSystem> after) {
  return std::make_unique<ReplayedFileSystem>(std::move(before), std::move(overlay),
                                              std::move(after));
}

}  // namespace pidometer
