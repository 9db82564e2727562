#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "tests/support/made_image.h"
#include "tsk_reader/container/block_source_open.h"
#include "tsk_reader/evidence.h"

namespace pidometer {
namespace {

using Names = std::vector<std::string>;

/// The files of each group by their names in the test's folder.
std::vector<Names> files_of(const GroupedInputs& inputs) {
  std::vector<Names> out;
  for (const InputGroup& group : inputs.groups) {
    Names& names = out.emplace_back();
    for (const auto& path : group.segments) names.push_back(path.filename().string());
  }
  return out;
}

std::size_t warnings_of(const GroupedInputs& inputs) {
  std::size_t count = 0;
  for (const InputGroup& group : inputs.groups) count += group.warnings.size();
  return count;
}

Names in(const TemporaryFolder& folder, const Names& names) {
  Names paths;
  for (const std::string& name : names) paths.push_back(folder.file(name));
  return paths;
}

struct Case {
  const char* name;
  Names given;
  std::vector<Names> want = {};
  std::size_t warnings = 0;
  std::vector<ErrorKind> errors = {};
  InputKind as = InputKind::automatic;
};

void check(const TemporaryFolder& folder, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const GroupedInputs got = group_inputs_here(in(folder, one.given), one.as);
    EXPECT_EQ(files_of(got), one.want) << one.name;
    EXPECT_EQ(warnings_of(got), one.warnings) << one.name;
    std::vector<ErrorKind> errors;
    for (const Error& error : got.errors) {
      errors.push_back(error.kind);
      EXPECT_FALSE(error.message.empty());
    }
    EXPECT_EQ(errors, one.errors) << one.name;
  }
}

TEST(InputGroups, LooseFilesAndWhatIsNone) {
  TemporaryFolder folder;
  folder.write("cron", "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n");
  folder.write("cron.001", "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n");
  folder.write("cron.002", "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n");
  folder.write("empty", "");
  folder.write("a.png", "\x89PNG\r\n\x1a\n and so on");
  folder.write("disk.raw", disk_bytes(100'000, 1));
  folder.write("disk.qcow2", "QFI\xfb and so on");
  folder.write("disk.Ex01", std::string("EVF2\r\n\x81\0", 8));
  folder.write("noise", disk_bytes(100'000, 1).substr(1000, 19'000));
  mkfifo(folder.file("pipe").c_str(), 0600);
  std::filesystem::create_directory(folder.file("logs"));
  folder.write("logs/notes", "nothing of cron\n");
  std::filesystem::create_directories(folder.file("bare/etc"));
  std::filesystem::create_directories(folder.file("bare/var/log"));
  check(
      folder,
      {
          {"in the order given", {"logs", "disk.raw", "cron"}, {{"logs"}, {"disk.raw"}, {"cron"}}},
          {"one bad among two good",
           {"cron", "a.png", "disk.raw"},
           {{"cron"}, {"disk.raw"}},
           0,
           {ErrorKind::not_evidence}},
          {"missing", {"nothing"}, {}, 0, {ErrorKind::not_found}},
          {"empty", {"empty"}, {}, 0, {ErrorKind::not_evidence}},
          {"empty as log", {"empty"}, {}, 0, {ErrorKind::not_evidence}, InputKind::log},
          {"pipe", {"pipe"}, {}, 0, {ErrorKind::not_evidence}},
          {"virtual disk", {"disk.qcow2"}, {{"disk.qcow2"}}},
          {"container", {"disk.Ex01"}, {}, 0, {ErrorKind::unsupported}},
          {"noise", {"noise"}, {}, 0, {ErrorKind::not_evidence}},
          {"noise as image", {"noise"}, {{"noise"}}, 0, {}, InputKind::image},
          {"noise as log", {"noise"}, {{"noise"}}, 0, {}, InputKind::log},
          {"folder as image", {"logs"}, {}, 0, {ErrorKind::usage}, InputKind::image},
          {"folder without a file", {"bare"}, {}, 0, {ErrorKind::not_evidence}},
          {"a folder that has none", {"bare"}, {}, 0, {ErrorKind::not_evidence}, InputKind::folder},
          {"a root that has none", {"bare"}, {}, 0, {ErrorKind::not_evidence}, InputKind::root},
          {"file as folder", {"cron"}, {}, 0, {ErrorKind::usage}, InputKind::folder},
          {"rotations with three digits", {"cron.001", "cron.002"}, {{"cron.001"}, {"cron.002"}}},
      });
  const Names kinds = in(folder, {"logs", "disk.raw", "cron"});
  const GroupedInputs got = group_inputs_here(kinds, InputKind::automatic);
  EXPECT_EQ(got.groups[0].kind, InputKind::folder);
  EXPECT_EQ(got.groups[1].kind, InputKind::image);
  EXPECT_EQ(got.groups[2].kind, InputKind::log);
  EXPECT_EQ(got.groups[1].name, kinds[1]);
}

TEST(InputGroups, OneInputByTwoNamesIsReadOnce) {
  TemporaryFolder folder;
  folder.write("cron", "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n");
  const std::string raw = disk_bytes(200'000, 1);
  folder.write("disk.raw", raw);
  folder.write("copy.raw", raw);
  folder.write("a.dd.001", raw.substr(0, 100'000));
  folder.write("a.dd.002", raw.substr(100'000));
  std::filesystem::create_directory(folder.file("logs"));
  folder.write("logs/notes", "nothing of cron\n");
  std::filesystem::create_symlink("disk.raw", folder.file("link.raw"));
  std::filesystem::create_hard_link(folder.file("cron"), folder.file("syslog"));
  const Names a = {"a.dd.001", "a.dd.002"};
  check(folder,
        {
            {"image", {"disk.raw", "disk.raw"}, {{"disk.raw"}}, 1},
            {"image three times", {"disk.raw", "./disk.raw", "link.raw"}, {{"disk.raw"}}, 2},
            {"another file of the same bytes",
             {"disk.raw", "copy.raw"},
             {{"disk.raw"}, {"copy.raw"}}},
            {"log", {"cron", "logs/../syslog"}, {{"cron"}}, 1},
            {"folder", {"logs", "./logs"}, {{"logs"}}, 1},
            {"split raw", {"a.dd.001", "logs/../a.dd.001"}, {a}, 1},
        });
  const GroupedInputs got =
      group_inputs_here(in(folder, {"disk.raw", "disk.raw"}), InputKind::automatic);
  ASSERT_EQ(got.groups.size(), 1U);
  ASSERT_EQ(got.groups[0].warnings.size(), 1U);
  EXPECT_EQ(got.groups[0].warnings[0].kind, WarningKind::duplicate_input);
}

TEST(InputGroups, ExtentsAreNamedAsPartsOfTheirDisk) {
  TemporaryFolder folder;
  folder.write("d.vmdk", "# Disk DescriptorFile\nversion=1\nRW 2048 FLAT \"d-flat.vmdk\" 0\n");
  folder.write("d-flat.vmdk", disk_bytes(1 << 20, 1));
  for (const Names& given : {Names{"d.vmdk", "d-flat.vmdk"}, Names{"d-flat.vmdk", "d.vmdk"}}) {
    const GroupedInputs got = group_inputs_here(in(folder, given), InputKind::automatic);
    EXPECT_EQ(files_of(got), (std::vector<Names>{{"d.vmdk"}}));
    EXPECT_EQ(got.parts, in(folder, {"d-flat.vmdk"}));
  }
}

TEST(InputGroups, SplitRawByNumber) {
  TemporaryFolder folder;
  const std::string raw = disk_bytes(300'000, 1);
  for (const std::string number : {"001", "002", "003"}) {
    folder.write("a.dd." + number, raw.substr(std::stoul(number) * 100'000 - 100'000, 100'000));
  }
  folder.write("b.000", raw.substr(0, 150'000));
  folder.write("b.001", raw.substr(150'000));
  folder.write("c.002", raw.substr(100'000, 20'000));
  folder.write("c.003", raw.substr(100'000, 20'000));
  const Names a = {"a.dd.001", "a.dd.002", "a.dd.003"};
  check(folder, {
                    {"first only", {"a.dd.001"}, {a}},
                    {"last only", {"a.dd.003"}, {a}},
                    {"any order", {"a.dd.003", "a.dd.001", "a.dd.002"}, {a}},
                    {"one twice", {"a.dd.001", "a.dd.001"}, {a}, 1},
                    {"from 0, two sets mixed",
                     {"b.001", "a.dd.002", "b.000", "a.dd.001"},
                     {{"b.000", "b.001"}, a}},
                    {"first missing", {"c.003"}, {}, 0, {ErrorKind::unreadable}},
                });
}

/// What begins as archives and virtual disks do is one, however many of them have a year for a
/// suffix.
TEST(InputGroups, AWholeFileWithANumberIsNoPart) {
  TemporaryFolder folder;
  const std::string zip = std::string("PK\x03\x04\x14\0\0\0", 8) + std::string(600, 'z');
  folder.write("backup.2024", zip);
  check(folder, {{"an archive", {"backup.2024"}, {{"backup.2024"}}}});
  folder.write("backup.2023", zip);
  folder.write("vm.2024", std::string("QFI\xfb\0\0\0\3", 8) + std::string(600, '\0'));
  check(folder, {{"two", {"backup.2024", "backup.2023"}, {{"backup.2024"}, {"backup.2023"}}},
                 {"one of two", {"backup.2024"}, {{"backup.2024"}}},
                 {"a virtual disk", {"vm.2024"}, {{"vm.2024"}}}});
  // Beside parts that are none it is a part by chance.
  folder.write("c.002", disk_bytes(20'000, 1));
  folder.write("c.003", zip);
  check(folder, {{"bytes like an archive", {"c.003"}, {}, 0, {ErrorKind::unreadable}}});
}

/// How often a folder is opened to list it.
class ListingWatch {
 public:
  explicit ListingWatch(const std::filesystem::path& folder) {
    inotify_add_watch(watch_, folder.c_str(), IN_OPEN);
  }
  ListingWatch(const ListingWatch&) = delete;
  ListingWatch& operator=(const ListingWatch&) = delete;
  ~ListingWatch() { close(watch_); }

  std::size_t listings() const {
    std::size_t count = 0;
    alignas(inotify_event) std::array<char, 65536> events{};
    for (ssize_t got = 0; (got = read(watch_, events.data(), events.size())) > 0;) {
      for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
        const auto* const event = reinterpret_cast<const inotify_event*>(events.data() + at);
        if ((event->mask & IN_ISDIR) != 0 && event->len == 0) ++count;
        at += sizeof *event + event->len;
      }
    }
    return count;
  }

 private:
  int watch_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
};

/// For each of thousands of images in one folder to list all of them took longer than to scan them.
TEST(InputGroups, AFolderIsListedOnceForAllImages) {
  TemporaryFolder folder;
  Names given;
  for (int i = 100; i < 140; ++i) {
    given.push_back(folder.write("disk" + std::to_string(i), disk_bytes(2'000, 1)));
    given.push_back(folder.write("part" + std::to_string(i) + ".001", disk_bytes(2'000, 1)));
  }
  const ListingWatch watch(folder.path());
  EXPECT_EQ(group_inputs_here(given, InputKind::automatic).groups.size(), given.size());
  EXPECT_LE(watch.listings(), 2U) << "for parts, and for maps";
}

/// Sets a and b are of one size and without an identifier, as Debian's ewfacquire leaves them.
class InputGroupsEwf : public testing::Test {
 protected:
  void SetUp() override {
    if (make_ewf(folder_, disk_bytes(3'400'192, 1), "a").empty()) {
      GTEST_SKIP() << "ewfacquire (ewf-tools) is not installed";
    }
    make_ewf(folder_, disk_bytes(3'400'192, 2), "b");
    make_ewf(folder_, disk_bytes(1'900'032, 3), "c");
  }

  void identify() {
    for (const std::string& name : a_) set_ewf_identifier(folder_.file(name), 'a');
    for (const std::string& name : b_) set_ewf_identifier(folder_.file(name), 'b');
  }

  TemporaryFolder folder_;
  const Names a_ = {"a.E01", "a.E02", "a.E03"};
  const Names b_ = {"b.E01", "b.E02", "b.E03"};
};

TEST_F(InputGroupsEwf, BySetAndNumber) {
  const std::vector<Case> cases = {
      {"all", a_, {a_}},
      {"first only", {"a.E01"}, {a_}},
      {"last only", {"a.E03"}, {a_}},
      {"any order", {"a.E03", "a.E01", "a.E02"}, {a_}},
      {"one twice", {"a.E01", "a.E01", "a.E02"}, {a_}, 1},
      {"two sets of one size mixed",
       {"b.E02", "a.E01", "b.E01", "a.E03", "a.E02", "b.E03"},
       {b_, a_}},
      {"another set", {"c.E01", "a.E02"}, {{"c.E01", "c.E02"}, a_}},
  };
  check(folder_, cases);
  identify();
  check(folder_, cases);
}

TEST_F(InputGroupsEwf, ByIdentifierWhereNamesSayNothing) {
  identify();
  TemporaryFolder random;
  const Names uuids = {"9f1c", "03aa", "77de"};
  for (std::size_t i = 0; i < 3; ++i) {
    std::filesystem::copy_file(folder_.file(a_[i]), random.file(uuids[i]));
    std::filesystem::copy_file(folder_.file(b_[i]), random.file("b" + uuids[i]));
  }
  random.write("cron", "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n");
  check(random, {
                    {"first only", {"9f1c"}, {uuids}},
                    {"any order", {"77de", "9f1c", "03aa"}, {uuids}},
                    {"two sets", {"77de", "b03aa"}, {uuids, {"b9f1c", "b03aa", "b77de"}}},
                });
}

TEST_F(InputGroupsEwf, WithoutAnIdentifierAnotherNameIsAnotherImage) {
  for (const std::string& name : b_) {
    std::filesystem::create_directories(folder_.file("else"));
    std::filesystem::copy_file(folder_.file(name), folder_.file("else/a" + name.substr(1)));
  }
  check(folder_, {
                     {"each found whole", {"a.E01", "b.E03"}, {a_, b_}},
                     {"same name elsewhere", {"a.E01", "else/a.E03"}, {a_, a_}},
                     {"by another spelling", {"a.E01", "else/../a.E02"}, {a_}},
                 });
  std::filesystem::remove(folder_.file("a.E02"));
  std::filesystem::remove(folder_.file("else/a.E01"));
  const std::vector<Names> apart = {{"a.E01", "a.E03"}, {"a.E02", "a.E03"}};
  check(folder_, {{"b has a first segment", {"a.E01", "b.E02"}, {{"a.E01", "a.E03"}, b_}},
                  {"never from elsewhere", {"a.E01", "else/a.E02"}, apart, 1}});
  const GroupedInputs got =
      group_inputs_here(in(folder_, {"a.E01", "else/a.E02"}), InputKind::automatic);
  const std::string& words = got.groups.at(0).warnings.at(0).message;
  EXPECT_TRUE(words.starts_with(folder_.file("else/a.E02") + " could be segment 2")) << words;
}

TEST_F(InputGroupsEwf, WithoutAnIdentifierNamesThatSayNothingAreNamed) {
  TemporaryFolder random;
  const Names uuids = {"9f1c", "03aa", "77de"};
  for (std::size_t i = 0; i < 3; ++i)
    std::filesystem::copy_file(folder_.file(a_[i]), random.file(uuids[i]));
  check(random, {{"first only", {"9f1c"}, {{"9f1c"}}, 1},
                 {"all", uuids, {{"9f1c"}, {"03aa"}, {"77de"}}, 3}});
}

TEST_F(InputGroupsEwf, OfWholeCopiesOneIsRead) {
  std::filesystem::create_directory(folder_.file("copy"));
  for (const std::string& name : a_)
    std::filesystem::copy_file(folder_.file(name), folder_.file("copy/" + name));
  check(folder_, {{"both", {"a.E01", "copy/a.E01"}, {a_}, 3}});
  flip_bytes(folder_.file("copy/a.E02"), 5000, 10);
  check(folder_, {{"another", {"a.E01", "copy/a.E01"}, {a_, a_}}});
}

TEST_F(InputGroupsEwf, NeverTakesASegmentOfAnotherDiskForAMissingOne) {
  std::filesystem::remove(folder_.file("a.E02"));
  check(folder_, {{"b.E02 fits by number and size", {"a.E01"}, {{"a.E01", "a.E03"}}}});
  // Now nothing but its name says that b.E02 is not a's.
  std::filesystem::remove(folder_.file("b.E01"));
  std::filesystem::remove(folder_.file("b.E03"));
  check(folder_, {{"named", {"a.E01"}, {{"a.E01", "a.E03"}}, 1}});
  // A different file of one name and number is not left out silently.
  std::filesystem::copy_file(folder_.file("b.E02"), folder_.file("a.E02"));
  std::filesystem::copy_file(folder_.file("b.E02"), folder_.file("a.e02"));
  flip_bytes(folder_.file("a.e02"), 5000, 10);
  check(folder_, {{"two of a number", {"a.E01", "a.E02", "a.e02"}, {a_}, 1}});
}

TEST_F(InputGroupsEwf, AStubDoesNotWinOverAWholeCopy) {
  identify();
  std::filesystem::create_directory(folder_.file("copy"));
  const Names whole = {"a.E01", "a (2).E02", "a.E03"};
  for (const std::size_t size : {100U, 1000U, 500'000U}) {
    std::filesystem::copy_file(folder_.file("a.E02"), folder_.file("a (2).E02"),
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(folder_.file("a.E02"), folder_.file("copy/a.E02"),
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(folder_.file("a.E02"), size);
    const Names both = {"a.E01", "a.E02", "copy/a.E02", "a.E03"};
    check(folder_, {
                       {"found beside", {"a.E01"}, {whole}, 1},
                       {"stub given", {"a.E02"}, {whole}, 1},
                       {"both given", both, {a_}, 1},
                   });
    const GroupedInputs got = group_inputs_here(in(folder_, both), InputKind::automatic);
    ASSERT_EQ(got.groups.size(), 1U);
    EXPECT_EQ(got.groups[0].segments[1], folder_.file("copy/a.E02"));
    EXPECT_EQ(got.groups[0].warnings[0].kind, WarningKind::duplicate_input);
    std::filesystem::rename(folder_.file("copy/a.E02"), folder_.file("a.E02"));
  }
}

TEST_F(InputGroupsEwf, WithoutAnIdentifierAStubIsNotReplaced) {
  std::filesystem::copy_file(folder_.file("a.E02"), folder_.file("a (2).E02"));
  std::filesystem::resize_file(folder_.file("a.E02"), 500'000);
  check(folder_, {{"named", {"a.E01"}, {a_}, 1}});
}

TEST_F(InputGroupsEwf, MissingSegmentsAreReportedByTheImage) {
  std::filesystem::remove(folder_.file("a.E02"));
  std::filesystem::remove(folder_.file("b.E02"));
  const GroupedInputs inputs = group_inputs_here(in(folder_, {"a.E01"}), InputKind::automatic);
  ASSERT_EQ(inputs.groups.size(), 1U);
  InputReport report;
  report.name = inputs.groups[0].name;
  const auto source = open_block_source(inputs.groups[0], report);
  ASSERT_TRUE(source);
  EXPECT_EQ(report.kind, "ewf");
  EXPECT_EQ(report.size, 3'400'192U);
  ASSERT_EQ(report.damage.size(), 1U);
  EXPECT_EQ(report.damage[0].reason, "segment 2 is missing");
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(report.warnings[0].range, report.damage[0].range);
}

}  // namespace
}  // namespace pidometer
