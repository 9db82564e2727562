// Lines of timelines as `merge` reads them, held against a library that reads JSON. Input: text,
// cut at line feeds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "merge/canonical_json.h"
#include "merge/row_normalizer.h"

using namespace pidometer;
using Json = nlohmann::json;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 16;

void require(bool holds) {
  if (!holds) std::abort();
}

Json parse(std::string_view text) {
  return Json::parse(text.begin(), text.end(), nullptr, false);
}

/// What the library refuses though it is JSON: lone surrogates, numbers beyond a double.
bool may_be_refused(std::string_view text) {
  return text.find("\\u") != std::string_view::npos || text.find("\\U") != std::string_view::npos ||
         text.find_first_of("eE") != std::string_view::npos || text.size() > 300;
}

void strip_hidden(Json& value) {
  if (value.is_object())
    for (auto at = value.begin(); at != value.end();)
      at = at.key().starts_with('_') ? value.erase(at) : std::next(at);
  if (value.is_structured())
    for (Json& item : value) strip_hidden(item);
}

void check_scanner(std::string_view line) {
  std::vector<JsonMember> members;
  const auto fault = split_json_object(line, members);
  Json theirs = parse(line);
  if (fault) {
    require(fault->at <= line.size() && !fault->reason.empty());
    // The library passes over a byte order mark, and takes a NUL for the end.
    require(!theirs.is_object() || fault->reason == "nested too deep" ||
            fault->reason == "it has more than 10000 keys" || line.starts_with("\xef\xbb\xbf") ||
            line.find('\0') != std::string_view::npos);
    return;
  }
  require(theirs.is_object() || may_be_refused(line));
  for (const JsonMember& member : members) {
    require(member.value.data() >= line.data() &&
            member.value.data() + member.value.size() <= line.data() + line.size());
    KeyTypes types;
    TypeRecorder recorder{types, {0, 1}, "k"};
    std::string out;
    const bool lone = append_canonical(out, member.value, &recorder);
    require(std::all_of(out.begin(), out.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
    std::string again;
    require(!append_canonical(again, out, nullptr) && again == out);
    const Json ours = parse(out);
    if (ours.is_discarded()) {
      require(may_be_refused(member.value));
      continue;
    }
    Json want = parse(member.value);
    require(!want.is_discarded() || lone);
    strip_hidden(want);
    require(lone || want == ours);
  }
}

/// A row that was made is one that is left as it is.
void check_normalizer(std::string_view line) {
  KeyTypes types;
  RowNormalizer normalizer(false, types);
  std::string out;
  const auto row = normalizer.normalize(line, {0, 1}, out);
  if (!row) {
    require(!row.error().empty());
    return;
  }
  for (const char* key : {"\"datetime\":", "\"message\":", "\"timestamp\":", "\"timestamp_desc\":"})
    require(out.find(key) != std::string::npos);
  Json parsed = parse(out);
  if (parsed.is_object()) {
    const Json before = parsed;
    strip_hidden(parsed);
    require(parsed == before);
  }
  std::string again;
  const auto same = normalizer.normalize(out, {0, 2}, again);
  require(same && same->time == row->time && again == out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMostBytes) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    // A copy of exactly its size, so that a sanitizer sees a byte read too far.
    const std::vector<char> bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view line(bytes.data(), bytes.size());
    check_scanner(line);
    check_normalizer(line);
  }
  return 0;
}
