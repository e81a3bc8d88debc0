#include <memory>

#include "api/http/parser.h"
#include "unit/fuzz/fuzz_api.h"
#include "unit/fuzz/fuzz_connection.h"

namespace croft::fuzz {
namespace {

http::ServerSettings Limits() {
  http::ServerSettings settings;
  settings.max_header_bytes = 8 * 1024;
  settings.max_body_bytes = 8 * 1024;
  return settings;
}

// What a client understands of what it was sent: the statuses, and how the last reply ends. `asked`: the methods of
// its requests, in order.
std::vector<std::string> Understand(std::string_view sent, const std::vector<std::string>& asked) {
  std::vector<std::string> replies;
  size_t answered = 0;
  while (!sent.empty()) {
    const bool no_body = answered < asked.size() && asked[answered] == "HEAD";
    size_t body = 0;
    http::ResponseParser parser(1 << 20, no_body, [&](std::string_view bytes) { body += bytes.size(); });
    while (!parser.done() && !sent.empty() && parser.error() == http::ParseError::kNone) {
      const size_t taken = parser.Feed(sent);
      sent.remove_prefix(taken);
      if (taken == 0) break;
    }
    Require(parser.error() == http::ParseError::kNone && parser.header_done(), "each reply is well-formed HTTP");
    const int status = parser.head().status;
    if (status == 101) {  // what follows is WebSocket
      replies.push_back("101");
      return replies;
    }
    if (status < 200) continue;  // whether "100 Continue" is needed depends on how bytes are cut
    ++answered;
    replies.push_back(std::to_string(status) + " " + std::to_string(body) + (parser.done() ? "" : "..."));
    if (!parser.done()) return replies;  // the rest is of its next chunk
  }
  return replies;
}

struct Conversation {
  std::string asked;                 // what the handler was given
  std::vector<std::string> replies;  // what the client understood
};

// The same to whoever is at either end. A header that is wrong before its end may be refused at once, or not yet.
bool Same(const Conversation& a, const Conversation& b) {
  if (a.replies.size() > b.replies.size()) return Same(b, a);
  const bool refused_early = b.replies.size() == a.replies.size() + 1 && b.replies.back().starts_with("4");
  return a.asked == b.asked && (refused_early || a.replies.size() == b.replies.size()) &&
         std::equal(a.replies.begin(), a.replies.end(), b.replies.begin());
}

std::string Show(const Conversation& conversation) {
  std::string text = conversation.asked;
  for (const std::string& reply : conversation.replies) text += reply + "\n";
  return text;
}

// Sends `bytes` in pieces; returns what came of it.
Conversation Converse(std::string_view bytes, size_t piece, const http::Handler& handler,
                      const std::function<void(Connection&)>& end, const std::function<void()>& after) {
  std::string seen;
  std::vector<std::string> methods;
  const auto connection = Connection::Open(http::MakeHttp1Session, Limits(),
                                           [&](http::Request request, const http::ResponderPtr& responder) {
                                             methods.push_back(request.method);
                                             seen += request.method + " " + request.target;
                                             for (const auto& [name, value] : request.headers.fields())
                                               seen += " " + name + "=" + value;
                                             seen += " " + request.body + "\n";
                                             handler(std::move(request), responder);
                                           });
  connection->MakeRoom(kMuchRoom);
  while (!bytes.empty()) {
    connection->Send(bytes.substr(0, piece));
    connection->Run();
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  end(*connection);
  connection->Run();
  connection->Abort();
  after();
  Require(connection.use_count() == 1, "nobody holds on to a connection that is gone");
  return {std::move(seen), Understand(connection->sent(), methods)};
}

}  // namespace
}  // namespace croft::fuzz

// Bytes as a client's connection brings them, in pieces of a size that the first byte says, and on to the API. How they
// are cut makes no difference to what is understood.
FUZZ_TARGET(request) {
  using namespace croft;
  static std::unique_ptr<fuzz::Api> api;
  static int served = 0;
  if (data.empty()) return;
  const auto choice = static_cast<unsigned char>(data[0]);
  const size_t piece = std::max<size_t>(1, choice);
  data.remove_prefix(1);

  const auto echo = [](const http::Request& request, const http::ResponderPtr& responder) {
    responder->Send({200, {}, request.body, {}});
  };
  const auto open = [](fuzz::Connection&) {};
  const auto nothing = [] {};
  const fuzz::Conversation whole = fuzz::Converse(data, std::max<size_t>(data.size(), 1), echo, open, nothing);
  const fuzz::Conversation cut = fuzz::Converse(data, piece, echo, open, nothing);
  fuzz::Require(fuzz::Same(whole, cut),
                "it is the same in pieces:\n" + fuzz::Show(whole) + "\nand:\n" + fuzz::Show(cut));

  if (!api || ++served % 1000 == 0) api = std::make_unique<fuzz::Api>();
  const auto end = [&](fuzz::Connection& connection) {
    api->Pass(std::chrono::seconds(4));
    connection.Run();
    if (choice % 4 == 1) connection.End(true);
    if (choice % 4 == 2) connection.Finish();
    if (choice % 4 == 3) connection.CheckTime(std::chrono::steady_clock::now() + std::chrono::hours(1));
  };
  const auto serve = [&](http::Request request, http::ResponderPtr responder) {
    api->Handle(std::move(request), std::move(responder));
  };
  fuzz::Converse(data, piece, serve, end, [&] { api->Pass(std::chrono::seconds(1)); });
}
