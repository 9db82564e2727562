#include "tsk_reader/container/ewf/ewf_layout.h"

#include <algorithm>

namespace pidometer {
namespace {

/// A run, or a hole where a segment is missing.
struct Piece {
  EwfPlacedRun at;
  std::uint64_t count = 0;
  bool exact = false;
  std::string loss;  // why chunks that should follow may be lost
};

std::vector<Piece> pieces_of(std::span<const EwfSegment> segments) {
  std::vector<Piece> pieces;
  std::uint32_t expected = 1;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const EwfSegment& segment = segments[i];
    if (segment.number > expected) {
      Piece hole;
      hole.loss = "segment " + std::to_string(expected);
      if (segment.number - expected > 1) hole.loss += " to " + std::to_string(segment.number - 1);
      hole.loss += " is missing";
      pieces.push_back(std::move(hole));
    }
    expected = segment.number + 1;
    for (std::size_t run = 0; run < segment.runs.size(); ++run) {
      Piece piece;
      piece.at = {0, i, run};
      piece.count = segment.runs[run].starts.size();
      piece.exact = segment.runs[run].exact;
      if (!piece.exact) {
        piece.loss = "segment " + std::to_string(segment.number) + " is damaged: " + segment.damage;
      }
      pieces.push_back(std::move(piece));
    }
    // Chunks may have followed where it is cut, and a stub had all of its own there. The last is
    // asked about below.
    const bool is_open = segment.runs.empty() || segment.runs.back().exact;
    if (segment.is_cut && is_open && i + 1 < segments.size()) {
      Piece hole;
      hole.loss = "segment " + std::to_string(segment.number) + " is damaged: " + segment.damage;
      pieces.push_back(std::move(hole));
    }
  }
  if (!segments.empty() && !segments.back().is_last) {
    Piece hole;
    hole.loss =
        segments.back().damage.empty()
            ? "segment " + std::to_string(expected) + " and what follows is missing"
            : "segment " + std::to_string(expected - 1) + " is damaged: " + segments.back().damage;
    pieces.push_back(std::move(hole));
  }
  return pieces;
}

}  // namespace

EwfLayout lay_out_chunks(std::span<const EwfSegment> segments, std::uint64_t chunk_count) {
  std::vector<Piece> pieces = pieces_of(segments);
  std::size_t front = 0;
  std::uint64_t begin = 0;
  for (; front < pieces.size(); ++front) {
    Piece& piece = pieces[front];
    piece.at.first_chunk = begin;
    begin += piece.count;
    if (!piece.exact) break;
  }
  const bool open_gap = front < pieces.size();
  std::size_t back = pieces.size();
  std::uint64_t end = chunk_count;
  // Counting back needs something to count back to: only beyond a gap is there any.
  while (open_gap && back > front + 1 && pieces[back - 1].exact && pieces[back - 1].count <= end) {
    Piece& piece = pieces[--back];
    end -= piece.count;
    piece.at.first_chunk = end;
  }
  EwfLayout layout;
  std::string why;
  for (const Piece& piece : pieces) {
    if (!piece.loss.empty()) why += (why.empty() ? "" : ", ") + piece.loss;
  }
  const bool contradiction = begin > end || (!open_gap && begin != chunk_count);
  if (contradiction) {
    // A shifted byte would be a wrong byte: only what is counted from the front is believed, and
    // nothing where even that is more than the media holds.
    if (why.empty() || begin > end) why = "the counts of chunks contradict the size of the media";
    back = pieces.size();
    end = chunk_count;
    if (begin > chunk_count) begin = front = 0;
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool from_front = i < front || (i == front && begin > 0);
    if (pieces[i].count > 0 && (from_front || i >= back)) layout.runs.push_back(pieces[i].at);
  }
  if (begin < end) layout.lost.push_back({{begin, end}, why});
  return layout;
}

}  // namespace pidometer
