// Runs a fuzz target over its corpus: each file as it is, and changed from a fixed seed. One TAP
// line a file; a crash ends the run without one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

/// Enough to meet every branch near the seeds, and few enough for every run of the suites.
constexpr int kChangesEach = 300;

using Bytes = std::vector<std::uint8_t>;

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

/// Flips bits, writes extreme values, cuts, or repeats a part.
Bytes changed(Bytes bytes, std::mt19937& random) {
  if (bytes.empty()) return bytes;
  const auto below = [&random](std::size_t n) { return random() % n; };
  for (std::size_t change = 0, changes = 1 + below(8); change < changes; ++change) {
    const std::size_t at = below(bytes.size());
    switch (below(5)) {
      case 0:
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << below(8)));
        break;
      case 1:
        bytes[at] = static_cast<std::uint8_t>(random());
        break;
      case 2:
        for (std::size_t i = at; i < std::min(at + 4, bytes.size()); ++i) bytes[i] = 0xff;
        break;
      case 3:
        bytes.resize(std::max<std::size_t>(1, at));
        break;
      default: {
        const std::size_t from = below(bytes.size());
        const std::size_t length =
            std::min({std::size_t{16}, bytes.size() - at, bytes.size() - from});
        std::copy_n(Bytes(bytes).begin() + static_cast<std::ptrdiff_t>(from), length,
                    bytes.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(argv[i]))
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::printf("1..%zu\n", files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Bytes bytes = read_file(files[i]);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    std::mt19937 random(static_cast<std::uint32_t>(bytes.size()));
    for (int change = 0; change < kChangesEach; ++change) {
      const Bytes other = changed(bytes, random);
      LLVMFuzzerTestOneInput(other.data(), other.size());
    }
    std::printf("ok %zu - %s\n", i + 1, files[i].filename().c_str());
    std::fflush(stdout);
  }
  return files.empty() ? 1 : 0;
}
