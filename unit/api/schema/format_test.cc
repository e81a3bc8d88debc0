#include "api/schema/format.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace croft::schema {
namespace {

TEST(HasFormat, AcceptsAndRefusesByFormat) {
  struct Case {
    const char* format;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  const Case cases[] = {
      {"date-time",
       {"2026-01-31T12:00:00Z", "2024-02-29T23:59:60.123456+02:00", "2026-01-31t12:00:00z"},
       {"", "2026-01-31", "2026-02-30T12:00:00Z", "2026-01-31T12:00:00", "2026-01-31T25:00:00Z",
        "2026-1-31T12:00:00Z"}},
      {"date", {"2024-02-29"}, {"2023-02-29", "24-01-01", "2024-01-01T"}},
      {"byte", {"", "aGVsbG8="}, {"aGVsbG8", "!!", "a"}},
      {"duration", {"0", "1h30m", "-1.5s", "300ms", "3 days", "10us"}, {"", "5", "h", "1x", "1..2s"}},
      {"email", {"a@b.c"}, {"a", "@b", "a b@c"}},
      {"hostname", {"a", "a.b-c.d", "a."}, {"", "a..b", "-a", std::string(64, 'a')}},
      {"ipv4", {"10.0.0.1"}, {"10.0.0.256", "::1", "10.0.0"}},
      {"ipv6", {"::1", "fe80::1"}, {"10.0.0.1", "fe80::g"}},
      {"cidr", {"10.0.0.0/8", "fd00::/64"}, {"10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/"}},
      {"mac", {"00:1a:2b:3c:4d:5e"}, {"00:1a:2b:3c:4d", "00:1a:2b:3c:4d:5g"}},
      {"uri", {"https://a/b?c", "/path", "urn:x"}, {"", "a b", "path"}},
      {"uuid",
       {"123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000"},
       {"x", "123e4567-e89b-12d3-a456-42661417400g", "123e4567-e89b-12d3-a456-4266141740001"}},
      {"uuid4", {"123e4567-e89b-42d3-a456-426614174000"}, {"123e4567-e89b-12d3-a456-426614174000"}},
      {"uuid5", {"123e4567-e89b-52d3-a456-426614174000"}, {"123e4567-e89b-52d3-c456-426614174000"}},
      {"bsonobjectid", {"507f1f77bcf86cd799439011"}, {"507f1f77bcf86cd79943901", "507f1f77bcf86cd79943901z"}},
      {"isbn", {"0-321-75104-3", "978-0321751041"}, {"0-321-75104-4", "978-0321751042", "12"}},
      {"isbn10", {"0321751043"}, {"978-0321751041"}},
      {"creditcard", {"4111 1111 1111 1111"}, {"4111 1111 1111 1112", "12"}},
      {"ssn", {"123-45-6789", "123456789"}, {"123-45-678", "12-345-6789"}},
      {"hexcolor", {"#FFF", "a0b1c2"}, {"#FFFF", "red"}},
      {"rgbcolor", {"rgb(0, 10, 255)"}, {"rgb(0,10,256)", "rgb(0,10)", "rgb(1,2,3,4)", "0,1,2"}},
      {"k8s-short-name", {"a-b1"}, {"A", "-a", "a.b"}},
      {"k8s-long-name", {"a-b.c1"}, {"a..b", "a.-b"}},
      {"password", {"", "x"}, {}},
      {"unheard-of", {"anything"}, {}},
  };
  for (const Case& c : cases) {
    const Format format = FormatFrom(c.format);
    for (const std::string& text : c.good) EXPECT_TRUE(HasFormat(format, text)) << c.format << " '" << text << "'";
    for (const std::string& text : c.bad) EXPECT_FALSE(HasFormat(format, text)) << c.format << " '" << text << "'";
  }
}

}  // namespace
}  // namespace croft::schema
