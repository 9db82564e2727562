#include "tsk_reader/evidence/tree_prefixes.h"

#include <gtest/gtest.h>

#include <array>

namespace pidometer {
namespace {

constexpr std::array<std::string_view, 2> kFolders = {"/var/log", "/log"};
constexpr std::array<std::string_view, 2> kGlobs = {"cron", "cron.*"};

/// Prefixes, those of loose logs with a star. A path that ends with a slash is a folder's, one with
/// " -> " a link's.
std::vector<std::string> prefixes(const std::vector<std::string>& members) {
  ArchiveIndex index;
  std::uint64_t ordinal = 0;
  for (std::string path : members) {
    ArchiveIndex::Facts facts;
    facts.kind = NodeKind::file;
    facts.ordinal = ++ordinal;
    std::string target;
    if (const std::size_t arrow = path.find(" -> "); arrow != std::string::npos) {
      facts.kind = NodeKind::symlink;
      target = path.substr(arrow + 4);
      path.resize(arrow);
    } else if (path.ends_with('/')) {
      facts.kind = NodeKind::directory;
      path.pop_back();
    }
    bool replaced = false;
    const ArchiveIndex::Node node = index.add(path, path, facts, replaced);
    if (!target.empty()) index.set_link(node, target);
  }
  std::vector<std::string> out;
  for (const TreePrefix& one : find_tree_prefixes(index, MemberFilter(kFolders, kGlobs))) {
    EXPECT_EQ(one.path, index.path(one.node));
    out.push_back(one.path + (one.loose ? "*" : ""));
  }
  return out;
}

TEST(TreePrefixes, Table) {
  struct Case {
    const char* name;
    std::vector<std::string> members;
    std::vector<std::string> want;
  };
  for (const Case& one : std::vector<Case>{
           {"nothing", {}, {}},
           {"no log", {"home/u/x", "var/log/messages"}, {}},
           {"the archive itself", {"var/log/cron"}, {""}},
           {"UAC", {"[root]/var/log/cron", "live_response/log.txt"}, {"[root]"}},
           {"several hosts, sorted",
            {"b/var/log/cron", "a/var/log/cron.1", "a/var/log/cron"},
            {"a", "b"}},
           {"/log of a volume of its own", {"part/log/cron"}, {"part"}},
           {"var/log's log is no tree of its own", {"var/log/cron", "var/log/log/cron"}, {""}},
           {"an application's log inside a tree, for want of better",
            {"h/etc/hosts", "h/var/log/x", "h/srv/log/cron"},
            {"h/srv/log*"}},
           {"the same beside the host's own",
            {"h/etc/hosts", "h/var/log/cron", "h/srv/log/cron"},
            {"h"}},
           {"loose logs", {"cron", "cron.1", "other"}, {"*"}},
           {"loose logs in folders", {"web01/cron", "db01/cron.2"}, {"db01*", "web01*"}},
           {"loose only without a tree", {"var/log/cron", "notes/cron"}, {""}},
           {"a link for var/log", {"h/var/log -> ../srv/log", "h/srv/log/cron"}, {"h"}},
           {"a link for var, in a tree",
            {"h/etc/", "h/var -> mnt/var", "h/mnt/var/log/cron"},
            {"h", "h/mnt"}},
           {"a link for var, and nothing says tree", {"h/var -> mnt"}, {}},
           {"a folder with a log's name", {"var/log/cron/"}, {}},
           {"a link with a log's name", {"var/log/cron -> /data/cron"}, {""}},
       }) {
    EXPECT_EQ(prefixes(one.members), one.want) << one.name;
  }
}

}  // namespace
}  // namespace pidometer
