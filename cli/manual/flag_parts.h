#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/flags.h"

namespace pidometer {

/// `-o`, `--output` of a flag; of `!--no-witnesses` without its mark.
std::vector<std::string> flag_names(const Flag& flag);

/// What a flag takes.
enum class ArgumentKind { none, word, file, folder, other };
ArgumentKind argument_kind(const Flag& flag);

/// The flag's words, joined by spaces.
std::string joined_words(const Flag& flag);

/// The first clause of its help: completions stand one a line.
std::string short_help(const Flag& flag);

/// `text` with `escape` before each character of `special`.
std::string escaped(std::string_view text, std::string_view special, std::string_view escape);

}  // namespace pidometer
