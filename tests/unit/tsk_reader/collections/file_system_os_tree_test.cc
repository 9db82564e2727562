#include "tsk_reader/file_system/os_tree/file_system_os_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/memory_source.h"
#include "tests/support/temporary_folder.h"
#include "tsk_reader/file_system/path_resolver.h"
#include "tsk_reader/file_system/small_file.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

class OsTreeTest : public testing::Test {
 protected:
  OsTreeTest() {
    for (const char* name : {"tree", "tree/var", "tree/var/log", "tree/etc", "outside"})
      fs::create_directory(folder_.file(name));
    folder_.write("outside/secret", "secret");
    folder_.write("tree/var/log/cron", "line\n");
    auto opened = open_os_tree(folder_.file("tree"));
    EXPECT_TRUE(opened);
    if (opened) tree_ = std::move(*opened);
  }
  void link(const std::string& target, const std::string& name) {
    fs::create_symlink(target, folder_.file("tree/" + name));
  }
  std::string text(const std::string& path) {
    const auto file = read_small_file(*tree_, path);
    return file ? file->text : "(nothing)";
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> tree_;
};

TEST_F(OsTreeTest, ReadsAFile) {
  EXPECT_EQ(text("/var/log/cron"), "line\n");
  EXPECT_EQ(text("/var/log/none"), "(nothing)");
  EXPECT_TRUE(tree_->warnings().empty());
  const auto place = resolve_path(*tree_, "/var/log/cron");
  ASSERT_TRUE(place && place->node);
  EXPECT_EQ(place->node->size, 5U);
  EXPECT_TRUE(place->node->modified.has_value());
}

TEST_F(OsTreeTest, NoLinkLeadsOutOfTheTree) {
  link(folder_.file("outside/secret"), "absolute");
  link("../outside/secret", "relative");
  link("../../../../../../../../../../etc/passwd", "far");
  link("../outside", "folder");
  for (const char* path : {"/absolute", "/relative", "/folder/secret", "/../outside/secret"})
    EXPECT_EQ(text(path), "(nothing)") << path;
  folder_.write("tree/etc/passwd", "of the tree");
  EXPECT_EQ(text("/far"), "of the tree");
}

TEST_F(OsTreeTest, AbsoluteLinksStartAtTheTreesRoot) {
  folder_.write("tree/etc/zone", "the tree's");
  link("/etc/zone", "localtime");
  EXPECT_EQ(text("/localtime"), "the tree's");
}

TEST_F(OsTreeTest, HardLinksAreOneInode) {
  fs::create_hard_link(folder_.file("tree/var/log/cron"), folder_.file("tree/var/log/cron.1"));
  const auto first = resolve_path(*tree_, "/var/log/cron");
  const auto second = resolve_path(*tree_, "/var/log/cron.1");
  ASSERT_TRUE(first->node && second->node);
  EXPECT_EQ(first->node->inode, second->node->inode);
}

TEST_F(OsTreeTest, PipesAndDevicesAreNotOpened) {
  ASSERT_EQ(mkfifo(folder_.file("tree/var/log/cron.pipe").c_str(), 0600), 0);
  const auto place = resolve_path(*tree_, "/var/log/cron.pipe");
  ASSERT_TRUE(place && place->node);
  EXPECT_EQ(place->node->kind, NodeKind::other);
  EXPECT_FALSE(tree_->open(place->node->inode));
}

TEST_F(OsTreeTest, AFileThatWasReplacedIsNotRead) {
  const auto place = resolve_path(*tree_, "/var/log/cron");
  ASSERT_TRUE(place && place->node);
  // Both exist at once: the new one has another inode for certain.
  folder_.write("tree/var/log/new", "another");
  fs::rename(folder_.file("tree/var/log/new"), folder_.file("tree/var/log/cron"));
  const auto opened = tree_->open(place->node->inode);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another file"), std::string::npos);
  fs::remove(folder_.file("tree/var/log/cron"));
  link("/etc/passwd", "var/log/cron");
  EXPECT_FALSE(tree_->open(place->node->inode));
}

TEST_F(OsTreeTest, AFolderThatBecameALinkIsNotFollowed) {
  const auto place = resolve_path(*tree_, "/var/log/cron");
  fs::rename(folder_.file("tree/var/log"), folder_.file("tree/var/old"));
  fs::create_directory_symlink(folder_.file("tree/var/old"), folder_.file("tree/var/log"));
  EXPECT_FALSE(tree_->open(place->node->inode));
}

TEST_F(OsTreeTest, NamesAreSortedAndOneComponentOnly) {
  folder_.write("tree/var/log/a", "");
  const auto log = resolve_path(*tree_, "/var/log");
  const auto entries = tree_->list(log->node->inode);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].name, "a");
  for (const std::string_view name : {"..", ".", "", "../var", "log/cron"})
    EXPECT_EQ(*tree_->lookup(log->node->inode, name), std::nullopt) << name;
}

TEST_F(OsTreeTest, AFolderThatMayNotBeReadIsToldOf) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  fs::permissions(folder_.file("tree/var/log"), fs::perms::none);
  const auto log = resolve_path(*tree_, "/var/log/cron");
  EXPECT_FALSE(log && log->node);
  ASSERT_EQ(tree_->warnings().size(), 1U);
  EXPECT_EQ(tree_->warnings()[0].path, "/var/log");
  fs::permissions(folder_.file("tree/var/log"), fs::perms::owner_all);
}

TEST(OpenOsTree, SaysWhatIsMissing) {
  const auto opened = open_os_tree("/nowhere/at/all");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace pidometer
