#include "api/http/websocket.h"
#include "unit/fuzz/target.h"

// What a client sends after it has upgraded to WebSocket, in pieces of a size that the first byte says: how it is cut
// makes no difference.
FUZZ_TARGET(socket) {
  using namespace croft;
  if (data.empty()) return;
  const size_t piece = std::max<size_t>(1, static_cast<unsigned char>(data[0]));
  data.remove_prefix(1);

  http::SocketListener at_once;
  const http::Received whole = at_once.Feed(data);
  http::SocketListener in_pieces;
  http::Received sum;
  while (!data.empty()) {
    const http::Received next = in_pieces.Feed(data.substr(0, piece));
    fuzz::Require(!sum.end || (next.reply.empty() && !next.end), "nothing follows the end");
    sum.reply += next.reply;
    sum.end |= next.end;
    data.remove_prefix(std::min(piece, data.size()));
  }
  fuzz::Require(sum.reply == whole.reply && sum.end == whole.end, "it is the same in pieces");

  // A server's frames: whole, unmasked, short ones of control.
  std::string_view reply = whole.reply;
  bool closed = false;
  while (!reply.empty()) {
    fuzz::Require(!closed && reply.size() >= 2, "frames are whole, and none follows a close");
    const auto first = static_cast<uint8_t>(reply[0]), length = static_cast<uint8_t>(reply[1]);
    fuzz::Require(first == 0x88 || first == 0x8A, "a listener sends pongs and a close");
    fuzz::Require(length <= 125 && size_t{length} + 2 <= reply.size(), "control frames are short");
    closed = first == 0x88;
    reply.remove_prefix(2 + length);
  }
  fuzz::Require(closed == whole.end, "the end is told by a close");
}
