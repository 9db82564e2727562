// The lists that a fleet reads: the case file, and the status of an earlier run. Input: a byte that
// says which, then its bytes.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "fleet/case_file.h"
#include "fleet/fleet_status.h"
#include "fleet/image_names.h"

using namespace pidometer;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_case_list(std::string_view bytes) {
  const auto images = read_case_list(bytes, "case", "/cases");
  if (!images) {
    require(images.error().kind == ErrorKind::usage && !images.error().help.empty());
    return;
  }
  require(!images->empty());
  for (const FleetImage& image : *images) {
    require(!image.segments.empty());
    for (const std::string& segment : image.segments)
      require(segment.starts_with('/') && segment.find('\0') == std::string::npos);
    for (const std::string* text : {&image.case_id, &image.evidence_id, &image.hostname})
      require(text->find_first_of("\n\r\x1b\x7f") == std::string::npos);
  }
  std::set<std::string> taken;
  for (const std::string& name : image_names(*images).names) {
    require(!name.empty() && name.size() < 200 && name.front() != '.' && name.front() != '-');
    require(name.find_first_not_of(
                "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-") ==
            std::string::npos);
    require(taken.insert(name).second);
  }
}

void check_status(std::string_view bytes) {
  const auto status = read_fleet_status(bytes, "status.json");
  if (!status) return;
  std::size_t all = 0;
  for (const ImageState state : {ImageState::waiting, ImageState::running, ImageState::complete,
                                 ImageState::partial, ImageState::failed})
    all += count_images(*status, state);
  require(all == status->images.size() && count_images(*status, ImageState::running) == 0);
  // What was read can be written, and read again.
  require(read_fleet_status(write_fleet_status(*status), "again").has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > kMostBytes) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0)
    check_case_list(bytes);
  else
    check_status(bytes);
  return 0;
}
