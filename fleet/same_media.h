#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fleet/summary_facts.h"

namespace pidometer {

/// What the summaries of images say, by their names, in the order of the list.
using FactsOfImages = std::vector<std::pair<std::string, SummaryFacts>>;

/// Images whose summaries have the same MD5 of a whole medium: their names, together, in the order
/// of the list. Their findings stand in the timeline once of each.
std::vector<std::vector<std::string>> same_media(const FactsOfImages& images);

}  // namespace pidometer
