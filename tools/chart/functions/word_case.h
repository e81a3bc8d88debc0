#pragma once

#include <string>
#include <string_view>

namespace croft::chart {

// The words of a text in lower case with a connector between: "HTTPServer" becomes "http_server".
std::string JoinWords(std::string_view text, char connector);
// "http_server" becomes "HttpServer"; connectors at the start stay.
std::string PascalCase(std::string_view text);

}  // namespace croft::chart
