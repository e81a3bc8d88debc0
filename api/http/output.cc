#include "api/http/output.h"

#include <algorithm>
#include <utility>

namespace croft::http {

size_t TotalSize(std::span<const SharedBytes> pieces) {
  size_t size = 0;
  for (const SharedBytes& piece : pieces) size += piece ? piece->size() : 0;
  return size;
}

size_t TotalSize(std::span<const SharedSlice> pieces) {
  size_t size = 0;
  for (const SharedSlice& piece : pieces) size += piece.view().size();
  return size;
}

void Output::Append(std::string bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  pieces_.push_back({std::move(bytes), nullptr});
}

void Output::Append(SharedBytes bytes) {
  if (!bytes || bytes->empty()) return;
  const size_t size = bytes->size();
  Append(std::move(bytes), 0, size);
}

void Output::Append(SharedSlice slice) {
  const size_t size = slice.view().size();
  if (size > 0) Append(std::move(slice.bytes), slice.begin, size);
}

void Output::Append(SharedBytes bytes, size_t begin, size_t size) {
  size_ += size;
  pieces_.push_back({{}, std::move(bytes), begin, size});
}

void Output::AppendSmall(std::string_view bytes) {
  static constexpr size_t kPiece = 1024;
  const bool fits = size_ > 0 && !pieces_.back().shared && pieces_.back().own.size() + bytes.size() <= kPiece;
  if (!fits) return Append(std::string(bytes));
  pieces_.back().own.append(bytes);
  size_ += bytes.size();
}

void Output::MoveTo(Output* to, size_t bytes) {
  while (bytes > 0) {
    const Piece& piece = pieces_[first_];
    const size_t part = std::min(bytes, piece.bytes().size() - offset_);
    if (piece.shared) {
      to->Append(piece.shared, piece.begin + offset_, part);
    } else {
      to->Append(piece.own.substr(offset_, part));
    }
    Consume(part);
    bytes -= part;
  }
}

Transport::Outcome Output::Flush(Transport& transport, size_t most) {
  static constexpr int kMaxPieces = 64;
  size_t moved = 0;
  while (size_ > 0 && moved < most) {
    iovec vectors[kMaxPieces];
    int count = 0;
    for (size_t i = first_; i < pieces_.size() && count < kMaxPieces; ++i, ++count) {
      const std::string_view bytes = pieces_[i].bytes();
      const size_t skip = i == first_ ? offset_ : 0;
      vectors[count] = {const_cast<char*>(bytes.data()) + skip, bytes.size() - skip};
    }
    const Transport::Outcome outcome = transport.Write(vectors, count);
    if (outcome.state != Transport::State::kDone) return {outcome.state, moved};
    Consume(outcome.bytes);
    moved += outcome.bytes;
  }
  return {Transport::State::kDone, moved};
}

void Output::Consume(size_t bytes) {
  size_ -= bytes;
  while (bytes > 0) {
    const size_t left = pieces_[first_].bytes().size() - offset_;
    if (bytes < left) {
      offset_ += bytes;
      return;
    }
    bytes -= left;
    offset_ = 0;
    pieces_[first_++] = {};
  }
  if (size_ == 0) {
    first_ = 0;
    pieces_.clear();
    if (pieces_.capacity() > 8) pieces_.shrink_to_fit();  // thousands of these are idle at a time
    return;
  }
  // A queue that is never quite empty must not grow at its sent end.
  if (first_ > 64 && first_ > pieces_.size() / 2) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void AppendField(std::string* out, std::string_view name, std::string_view value) {
  out->append(name).append(": ");
  for (const char c : value) *out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  out->append("\r\n");
}

}  // namespace croft::http
