#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <string>

#include "cli/diagnostics.h"
#include "cli/manual/manual.h"
#include "cli/output_file.h"

/// write_manual MAN BASH ZSH FISH: a tool of the build.
int main(int argc, char** argv) {
  using namespace pidometer;
  constexpr std::array kMakers = {man_page, bash_completion, zsh_completion, fish_completion};
  Diagnostics diagnostics(stderr, false, false, false);
  if (argc != 1 + static_cast<int>(kMakers.size())) {
    diagnostics.note("usage: write_manual MAN BASH ZSH FISH");
    return 2;
  }
  for (std::size_t i = 0; i < kMakers.size(); ++i) {
    const Result<void> written = write_whole_file(argv[i + 1], true, kMakers.at(i)());
    if (!written) {
      diagnostics.error(written.error());
      return 1;
    }
  }
  return 0;
}
