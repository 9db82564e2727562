#include "plugin/cron_log/log_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::MemoryLogFile;

/// What stands behind the place in the file, a line each; a lost line is `!`.
struct Text {
  std::vector<std::string> lines;
  std::vector<DamagedRange> damage;
};

Text read(const MemoryLogFile& file) {
  Text text;
  const auto stream = open_log_text(file);
  if (!stream) return text;
  std::string all;
  std::vector<std::byte> block(100);
  while (true) {
    const auto got = (*stream)->read(block);
    if (!got || *got == 0) break;
    all.append(reinterpret_cast<const char*>(block.data()), *got);
  }
  text.damage = (*stream)->damage();
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    std::string line = all.substr(at, end - at);
    const std::size_t part = line.find("] ");
    text.lines.push_back(line == "\0"sv ? "!" : line.substr(part == line.npos ? 0 : part + 2));
    at = end + 1;
  }
  return text;
}

using Lines = std::vector<std::string>;

std::string length_of(std::uint64_t size) {
  std::string out;
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(size >> (8 * i));
  return out;
}

const std::string kFirst = "__CURSOR=s=x\n__REALTIME_TIMESTAMP=1772368217500000\nMESSAGE=one\n\n";

TEST(JournalExport, FieldsOfTextAndOfBytes) {
  const std::string binary =
      "__REALTIME_TIMESTAMP=2\nMESSAGE\n" + length_of(7) + "a\nb\n\n\0c"s + "\n_PID=5\n\n";
  const std::string long_one = "__REALTIME_TIMESTAMP=3\nCOREDUMP\n" + length_of(300'000) +
                               std::string(300'000, '\n') + "\nX=" + std::string(200'000, 'x') +
                               "\nMESSAGE=three\n\n";
  MemoryLogFile file("/e", kFirst + binary + "\n\n" + long_one + kFirst);
  for (const std::size_t block : {std::size_t{1000}, std::size_t{7}, std::size_t{1} << 20}) {
    const Text text = read(file.block_size(block));
    EXPECT_EQ(text.lines, (Lines{"one", "a#012b#012#012#000c", "three", "one"})) << block;
    EXPECT_TRUE(text.damage.empty());
  }
}

TEST(JournalExport, WhatIsTornIsLostAndTold) {
  struct Case {
    const char* name;
    std::string bytes;
    Lines want;
  };
  const Case cases[] = {
      {"no blank line at the end", kFirst + kFirst.substr(0, kFirst.size() - 1), {"one", "one"}},
      {"within a field", kFirst + kFirst.substr(0, kFirst.size() - 4), {"one", "!"}},
      {"before the message", kFirst + kFirst.substr(0, kFirst.find("MESS")), {"one", "!"}},
      {"within a length", kFirst + "__REALTIME_TIMESTAMP=2\nMESSAGE\n\1\0"s, {"one", "!"}},
      {"a length beyond the end",
       kFirst + "__REALTIME_TIMESTAMP=2\nMESSAGE\n" + length_of(~0ULL) + "abc",
       {"one", "!"}},
      {"bytes that are no field",
       kFirst + "garbage here\n_PID=1\n\n" + kFirst,
       {"one", "!", "one"}},
      {"no time", kFirst + "MESSAGE=x\n\n" + kFirst, {"one", "!", "one"}},
  };
  for (const Case& c : cases) {
    const Text text = read(MemoryLogFile("/e", c.bytes));
    EXPECT_EQ(text.lines, c.want) << c.name;
    EXPECT_EQ(text.damage.size(), text.lines.back() == "!" || text.lines.size() == 3 ? 1U : 0U)
        << c.name;
  }
}

TEST(JournalExport, EntriesThatDamageHitsAreLost) {
  MemoryLogFile file("/e", kFirst + kFirst + kFirst);
  file.damage(kFirst.size() + 5, kFirst.size() + 6, "E01 chunk checksum");
  const Text text = read(file);
  EXPECT_EQ(text.lines, (Lines{"one", "!", "one"}));
  ASSERT_EQ(text.damage.size(), 1U);
  EXPECT_EQ(text.damage[0].reason, "E01 chunk checksum");
}

TEST(JournalJson, ValuesOfAllKinds) {
  const std::string head = R"({"__REALTIME_TIMESTAMP":"1772368217500000","MESSAGE":)";
  const std::pair<const char*, const char*> cases[] = {
      {R"("plain")", "plain"},
      {R"("q\"\\\/\n\u00e9\ud83d\ude00")", "q\"\\/#012\xc3\xa9\xf0\x9f\x98\x80"},
      {R"([97,0,98])", "a#000b"},
      {R"(["first","second"])", "first"},
      {R"([[97,98],"second"])", "ab"},
      {R"(null)", ""},
      {R"([ ])", ""},
      {R"(5)", "5"},
  };
  for (const auto& [value, want] : cases) {
    const Text text = read(MemoryLogFile("/j", head + value + " , \"_PID\" : \"7\" } \r\n"));
    EXPECT_EQ(text.lines, (Lines{want})) << value;
  }
  const std::string line = head + "\"x\"}";
  EXPECT_EQ(read(MemoryLogFile("/j", "\x1e" + line + "\n\x1e" + line)).lines, (Lines{"x", "x"}));
}

TEST(JournalJson, WhatIsNoEntryIsLostAndTold) {
  const std::string line = R"({"__REALTIME_TIMESTAMP":"1","MESSAGE":"x"})";
  for (const std::string& bad :
       {line.substr(0, line.size() - 1), line + "x", std::string("[]"), std::string("{"),
        std::string(R"({"MESSAGE":"no time"})"), std::string(R"({"MESSAGE":[256]})"),
        std::string(R"({"MESSAGE":"\u12"})"), std::string(R"({"MESSAGE":"\ud800x"})"),
        std::string(R"({"MESSAGE":[[[1]]]})"), std::string(5 << 20, 'x')}) {
    MemoryLogFile file("/j", line + "\n" + bad + "\n\n" + line);
    const Text text = read(file.block_size(1 << 16));
    EXPECT_EQ(text.lines, (Lines{"x", "!", "x"})) << bad.substr(0, 50);
    EXPECT_EQ(text.damage.size(), 1U);
  }
}

TEST(LogText, OtherLogsAreAsTheyAre) {
  for (const char* bytes : {"", "Nov  2 05:50:01 web01 CROND[10]: x\n", "{\"a\":1}\n", "_PID=3\n"})
    EXPECT_EQ(detect_log_form(bytes), LogForm::lines) << bytes;
  const Text text = read(MemoryLogFile("/l", "a\nb\n"));
  EXPECT_EQ(text.lines, (Lines{"a", "b"}));
}

}  // namespace
}  // namespace pidometer
