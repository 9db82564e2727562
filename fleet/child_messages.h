#pragma once

#include <string>

#include "fleet/child_program.h"

namespace pidometer {

/// The first error of a program's log with its reason and its warning of the `loss` that its
/// summary tells of first (SummaryFacts); of any, where that is empty. Empty where it says neither.
/// Of a long log its first 256 KiB are looked at.
std::string first_message(const std::string& log, const std::string& loss);

/// What the program's log says to do about its first error; empty where it says nothing.
std::string first_help(const std::string& log);

/// Why there is no result of a program that ended so, and whose log begins with `said`.
std::string end_words(const ChildEnd& end, const std::string& said);

}  // namespace pidometer
