#include <gtest/gtest.h>
#include <libewf.h>

#include "tests/support/made_image.h"
#include "tests/support/memory_source.h"
#include "tsk_reader/container/ewf/ewf_salvage.h"
#include "tsk_reader/container/ewf/ewf_segment.h"
#include "tsk_reader/container/ewf/ewf_source.h"

namespace pidometer {
namespace {

struct Sectors {
  std::uint64_t first;
  std::uint64_t count;
};

/// An E01 as an acquisition with read errors leaves it: zeros and a list, written by libewf itself.
std::string write_ewf(const TemporaryFolder& folder, const std::string& raw,
                      const std::vector<Sectors>& errors) {
  std::string stem = folder.file("disk");
  char* names[] = {stem.data()};
  libewf_handle_t* handle = nullptr;
  bool good = libewf_handle_initialize(&handle, nullptr) == 1 &&
              libewf_handle_open(handle, names, 1, libewf_get_access_flags_write(), nullptr) == 1 &&
              libewf_handle_set_format(handle, LIBEWF_FORMAT_ENCASE6, nullptr) == 1 &&
              libewf_handle_set_bytes_per_sector(handle, 512, nullptr) == 1 &&
              libewf_handle_set_sectors_per_chunk(handle, 64, nullptr) == 1 &&
              libewf_handle_set_media_size(handle, raw.size(), nullptr) == 1;
  std::string bytes = raw;
  good = good && libewf_handle_write_buffer(handle, bytes.data(), bytes.size(), nullptr) ==
                     static_cast<ssize_t>(bytes.size());
  for (const Sectors& error : errors)
    good =
        good && libewf_handle_append_acquiry_error(handle, error.first, error.count, nullptr) == 1;
  good = good && libewf_handle_write_finalize(handle, nullptr) >= 0;
  libewf_handle_close(handle, nullptr);
  libewf_handle_free(&handle, nullptr);
  EXPECT_TRUE(good);
  return stem + ".E01";
}

using Damage = std::vector<DamagedRange>;

TEST(EwfReadErrors, AreDamageInBothReadersThoughZerosByRight) {
  const std::string raw = disk_bytes(1'000'448, 3);  // 1954 sectors
  const char* reason = "read error at acquisition";
  const struct {
    const char* name;
    std::vector<Sectors> errors;
    Damage want;
  } cases[] = {
      {"none", {}, {}},
      {"one sector", {{100, 1}}, {{{51200, 51712}, reason}}},
      {"two places, over a chunk's end",
       {{60, 10}, {1000, 128}},
       {{{30720, 35840}, reason}, {{512000, 577536}, reason}}},
      {"the last sector", {{1953, 1}}, {{{999936, 1000448}, reason}}},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    TemporaryFolder folder;
    std::string zeroed = raw;
    for (const DamagedRange& bad : one.want)
      std::fill(zeroed.begin() + static_cast<std::ptrdiff_t>(bad.range.begin),
                zeroed.begin() + static_cast<std::ptrdiff_t>(bad.range.end), '\0');
    const std::string name = write_ewf(folder, zeroed, one.errors);

    const auto segment = read_ewf_segment(name, EwfDepth::chunks);
    ASSERT_TRUE(segment);
    EXPECT_EQ(segment->damage, "");
    ASSERT_TRUE(segment->set);

    InputReport report;
    const auto library = open_ewf_source(std::vector<std::filesystem::path>{name}, report);
    ASSERT_TRUE(library);
    const auto own = open_ewf_salvage({*segment}, *segment->set, PathSpec(1));
    ASSERT_TRUE(own);
    for (BlockSource* source : {library->get(), own->get()}) {
      // Known before anything is read, and the same after.
      EXPECT_EQ(source->damage({0, kUnknownEnd}), one.want);
      EXPECT_TRUE(read_range(*source, 0, raw.size()) == zeroed);
      EXPECT_EQ(source->damage({0, kUnknownEnd}), one.want);
    }
    ASSERT_EQ(report.warnings.size(), one.want.empty() ? 0U : 1U);
    if (!one.want.empty()) {
      EXPECT_EQ(report.warnings[0].range, one.want[0].range);
    }
  }
}

}  // namespace
}  // namespace pidometer
