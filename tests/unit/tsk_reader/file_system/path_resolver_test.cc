#include "tsk_reader/file_system/path_resolver.h"

#include <gtest/gtest.h>

#include "tests/support/memory_file_system.h"

namespace pidometer {
namespace {

void plant(MemoryFileSystem& fs) {
  fs.file("/data/log/cron", "text");
  fs.file("/var/spool/x", "");
  fs.link("/var/log", "../data/log");
  fs.link("/absolute", "/data/log");
  fs.link("/var/lib", "spool/../../data");
  fs.link("/above", "../../../data");
  fs.link("/chain", "chain2/./log//");
  fs.link("/chain2", "/data");
  fs.link("/data/log/cron.1", "cron");
  fs.link("/dangling", "/nowhere/at/all");
  fs.link("/through_file", "/data/log/cron/x");
  fs.link("/self", "self");
  fs.link("/ping", "pong");
  fs.link("/pong", "/ping");
  fs.link("/empty", "");
}

/// g++ 12 warns of an overlap that is none where a literal and to_string() are added.
std::string numbered(std::string text, int number) {
  text += std::to_string(number);
  return text;
}

struct Case {
  const char* path;
  const char* real_path;
  const char* broken_link;  // null where the path leads somewhere
};

TEST(PathResolver, FollowsLinksWhereverTheyStand) {
  MemoryFileSystem fs;
  plant(fs);
  for (const Case& one : std::initializer_list<Case>{
           {"/", "/", nullptr},
           {"/data/log/cron", "/data/log/cron", nullptr},
           {"//data/./log/../log/cron", "/data/log/cron", nullptr},
           {"/../../data/log", "/data/log", nullptr},
           {"/var/log", "/data/log", nullptr},
           {"/var/log/cron", "/data/log/cron", nullptr},
           {"/var/log/cron.1", "/data/log/cron", nullptr},
           {"/absolute/cron.1", "/data/log/cron", nullptr},
           {"/var/lib/log/cron", "/data/log/cron", nullptr},
           {"/above/log", "/data/log", nullptr},
           {"/chain/cron", "/data/log/cron", nullptr},
           {"/empty", "/", nullptr},
           {"/data/none", "/data", ""},
           {"/dangling", "/", "/dangling -> /nowhere/at/all"},
           {"/dangling/further", "/", "/dangling -> /nowhere/at/all"},
           {"/var/log/none", "/data/log", "/var/log -> ../data/log"},
       }) {
    SCOPED_TRACE(one.path);
    const auto place = resolve_path(fs, one.path);
    ASSERT_TRUE(place) << place.error().message;
    EXPECT_EQ(place->node.has_value(), one.broken_link == nullptr);
    EXPECT_EQ(place->real_path, one.real_path);
    if (one.broken_link != nullptr) {
      EXPECT_EQ(place->broken_link, one.broken_link);
    }
  }
}

TEST(PathResolver, AFileOnTheWayIsAnError) {
  MemoryFileSystem fs;
  plant(fs);
  for (const char* path : {"/data/log/cron/below", "/through_file"}) {
    const auto place = resolve_path(fs, path);
    ASSERT_FALSE(place) << path;
    EXPECT_EQ(place.error().kind, ErrorKind::unreadable);
    EXPECT_EQ(place.error().reason, "/data/log/cron is no directory");
  }
}

TEST(PathResolver, LoopsAreErrorsThatNameALink) {
  MemoryFileSystem fs;
  plant(fs);
  for (const auto& [path, link] :
       {std::pair("/self", "/self -> self"), std::pair("/ping/cron", "/pong -> /ping")}) {
    const auto place = resolve_path(fs, path);
    ASSERT_FALSE(place) << path;
    EXPECT_EQ(place.error().kind, ErrorKind::unreadable);
    EXPECT_NE(place.error().message.find("too many symbolic links"), std::string::npos);
    EXPECT_NE(place.error().reason.find(link), std::string::npos) << place.error().reason;
  }
}

TEST(PathResolver, TakesAsManyLinksAsLinux) {
  for (const int links : {kMostSymlinks, kMostSymlinks + 1}) {
    MemoryFileSystem fs;
    fs.file("/0", "end");
    for (int i = 1; i <= links; ++i) fs.link(numbered("/", i), std::to_string(i - 1));
    EXPECT_EQ(resolve_path(fs, numbered("/", links)).has_value(), links == kMostSymlinks);
  }
}

TEST(PathResolver, LinksThatMultiplyAreBounded) {
  // Each link names the next one a hundred times: 100 to the power of 30 look-ups.
  MemoryFileSystem fs;
  fs.folder("/l30");
  for (int i = 0; i < 30; ++i) {
    std::string target;
    for (int again = 0; again < 100; ++again) target += numbered("l", i + 1) + "/../";
    fs.link(numbered("/l", i), target);
  }
  EXPECT_FALSE(resolve_path(fs, "/l0"));
  EXPECT_LT(fs.lookups, 41U * 101U);
}

TEST(PathResolver, CorruptNodesAreErrors) {
  MemoryFileSystem fs;
  const std::uint64_t cron = fs.file("/var/log/cron", "text");
  fs.corrupt(cron);
  EXPECT_FALSE(resolve_path(fs, "/var/log/cron"));
  EXPECT_TRUE(resolve_path(fs, "/var/log"));
}

}  // namespace
}  // namespace pidometer
