#include "tsk_reader/file_system/tree_view.h"

namespace pidometer {
namespace {

class TreeOf final : public FileSystem {
 public:
  TreeOf(FileSystem& whole, std::uint64_t root) : whole_(whole), root_(root) {}

  std::string_view type_indicator() const override { return whole_.type_indicator(); }
  std::string_view reader() const override { return whole_.reader(); }
  bool folds_case() const override { return whole_.folds_case(); }
  std::uint64_t size() const override { return whole_.size(); }
  std::uint64_t root() const override { return root_; }
  std::uint64_t inode_number(std::uint64_t inode) const override {
    return whole_.inode_number(inode);
  }
  Result<FileNode> stat(std::uint64_t inode) override { return whole_.stat(inode); }
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override {
    return whole_.list(directory);
  }
  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override {
    return whole_.lookup(directory, name);
  }
  Result<std::string> read_link(std::uint64_t inode) override { return whole_.read_link(inode); }
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override {
    return whole_.open(inode);
  }
  Result<std::vector<ByteRange>> replayed(std::uint64_t inode) override {
    return whole_.replayed(inode);
  }
  Result<std::vector<ByteRange>> unallocated() override { return whole_.unallocated(); }
  const std::vector<Warning>& warnings() const override { return none_; }
  const std::vector<DamagedRange>& structure_damage() const override { return undamaged_; }

 private:
  FileSystem& whole_;
  std::uint64_t root_;
  std::vector<Warning> none_;
  std::vector<DamagedRange> undamaged_;
};

}  // namespace

std::unique_ptr<FileSystem> make_tree_view(FileSystem& whole, std::uint64_t root) {
  return std::make_unique<TreeOf>(whole, root);
}

}  // namespace pidometer
