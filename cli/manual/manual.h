#pragma once

#include <string>

namespace pidometer {

/// pidometer(1) in man(7), of the tables of cli/flags.h. The same tables, the same bytes.
std::string man_page();

/// A script for bash(1) 4 or later; it needs no other package.
std::string bash_completion();
/// A function for the completion system of zsh(1), of the file _pidometer.
std::string zsh_completion();
/// Commands for fish(1).
std::string fish_completion();

}  // namespace pidometer
