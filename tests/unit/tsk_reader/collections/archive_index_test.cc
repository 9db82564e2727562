#include "tsk_reader/file_system/archive/archive_index.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

using Node = ArchiveIndex::Node;

class Index : public testing::Test {
 protected:
  /// Whether another member was replaced.
  bool add(std::string_view path, NodeKind kind = NodeKind::file, std::string_view link = "") {
    bool replaced = false;
    const Node node = index_.add(path, path, {kind, 10, std::nullopt, ++ordinal_}, replaced);
    if (kind == NodeKind::symlink) index_.set_link(node, link);
    return replaced;
  }
  bool add_hard_link(std::string_view path, std::string_view to) {
    bool replaced = false;
    const Node node =
        index_.add(path, path, {NodeKind::file, 0, std::nullopt, ++ordinal_}, replaced);
    index_.set_hard_link(node, to);
    return replaced;
  }
  std::string real(std::string_view path) {
    const auto node = index_.find(path);
    if (!node) return "(no such path)";
    const auto to = index_.real(*node);
    return to ? index_.path(*to) : "(nowhere)";
  }
  NodeKind kind(std::string_view path) { return index_.facts(*index_.find(path)).kind; }

  ArchiveIndex index_;
  std::uint64_t ordinal_ = 0;
};

TEST_F(Index, MakesTheFoldersOfAPath) {
  EXPECT_FALSE(add("var/log/cron"));
  EXPECT_FALSE(add("var/log/a"));
  EXPECT_FALSE(add("var/log", NodeKind::directory));
  EXPECT_FALSE(add("", NodeKind::directory));
  EXPECT_EQ(index_.size(), 5U);
  const auto log = index_.find("var/log");
  ASSERT_TRUE(log);
  EXPECT_EQ(index_.path(*log), "var/log");
  EXPECT_EQ(index_.facts(*log).ordinal, 3U);
  EXPECT_EQ(index_.facts(*index_.find("var")).ordinal, 0U);
  std::vector<std::string_view> names;
  for (const Node node : index_.children(*log)) names.push_back(index_.name(node));
  EXPECT_EQ(names, (std::vector<std::string_view>{"a", "cron"}));
  EXPECT_EQ(index_.find("var/lo"), std::nullopt);
  EXPECT_EQ(index_.find("log"), std::nullopt);
  EXPECT_EQ(index_.find(""), ArchiveIndex::kRoot);
}

TEST_F(Index, TheLastOfTwoMembersHolds) {
  EXPECT_FALSE(add("var/log/cron"));
  EXPECT_TRUE(add("var/log/cron"));
  EXPECT_EQ(index_.facts(*index_.find("var/log/cron")).ordinal, 2U);
  EXPECT_TRUE(add("var/log/cron", NodeKind::symlink, "x"));
  EXPECT_EQ(index_.link(*index_.find("var/log/cron")), "x");
  EXPECT_TRUE(add("var/log/cron"));
  EXPECT_EQ(index_.link(*index_.find("var/log/cron")), "");
  EXPECT_EQ(index_.children(*index_.find("var/log")).size(), 1U);
}

TEST_F(Index, NothingHidesAFolderWithSomethingInIt) {
  add("var/log/cron");
  EXPECT_TRUE(add("var/log"));
  EXPECT_TRUE(add("var", NodeKind::symlink, "/elsewhere"));
  EXPECT_EQ(kind("var/log"), NodeKind::directory);
  EXPECT_EQ(kind("var"), NodeKind::directory);
  // Nor what stood there before it.
  add("opt", NodeKind::symlink, "/elsewhere");
  EXPECT_TRUE(add("opt/log/cron"));
  EXPECT_EQ(kind("opt"), NodeKind::directory);
}

TEST_F(Index, AHardLinkHidesNoFolder) {
  add("etc/hosts");
  add("var/log/cron");
  add_hard_link("var/log", "etc/hosts");
  EXPECT_EQ(real("var/log"), "var/log");
  add_hard_link("srv", "etc/hosts");
  EXPECT_EQ(real("srv"), "etc/hosts");
  add("srv/log/cron");
  EXPECT_EQ(real("srv"), "srv");
}

TEST_F(Index, HardLinksAreFollowedToTheirEnd) {
  add("a");
  add_hard_link("b", "a");
  add_hard_link("c", "b");
  EXPECT_EQ(real("c"), "a");
  add_hard_link("gone", "nothing");
  EXPECT_EQ(real("gone"), "(nowhere)");
  add_hard_link("self", "self");
  EXPECT_EQ(real("self"), "(nowhere)");
  add_hard_link("x", "y");
  add_hard_link("y", "x");
  EXPECT_EQ(real("x"), "(nowhere)");
  // A file that replaces a hard link is itself.
  add("b");
  EXPECT_EQ(real("c"), "b");
}

TEST_F(Index, KeepsNamesAsTheyWereWritten) {
  bool replaced = false;
  index_.add("var/log/cron", "./var/log/cron", {NodeKind::file, 1, std::nullopt, 1}, replaced);
  EXPECT_EQ(index_.verbatim(*index_.find("var/log/cron")), "./var/log/cron");
  EXPECT_EQ(index_.verbatim(*index_.find("var/log")), "var/log");
  index_.add("var/log/cron", "var/log/cron", {NodeKind::file, 1, std::nullopt, 2}, replaced);
  EXPECT_EQ(index_.verbatim(*index_.find("var/log/cron")), "var/log/cron");
}

TEST_F(Index, FindsEachOfManyNames) {
  // The same names in many folders: the table tells them apart by the folder.
  for (int folder = 0; folder < 50; ++folder)
    for (int name = 0; name < 50; ++name)
      ASSERT_FALSE(add(std::to_string(folder) + "/" + std::to_string(name)));
  for (int folder = 0; folder < 50; ++folder)
    for (int name = 0; name < 50; ++name) {
      const std::string path = std::to_string(folder) + "/" + std::to_string(name);
      const auto node = index_.find(path);
      ASSERT_TRUE(node);
      ASSERT_EQ(index_.path(*node), path);
      ASSERT_EQ(index_.facts(*node).ordinal, static_cast<std::uint64_t>(folder * 50 + name + 1));
    }
}

}  // namespace
}  // namespace pidometer
