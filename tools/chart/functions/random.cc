#include "api/base/base64.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/random_bytes.h"
#include "tools/chart/functions/runes.h"

namespace croft::chart {

std::string RandomBytes(Random& random, size_t count) {
  std::string out;
  while (out.size() < count) {
    const uint64_t bits = random.Next();
    for (size_t i = 0; i < 8 && out.size() < count; ++i) out += static_cast<char>(bits >> (8 * i) & 0xFF);
  }
  return out;
}

uint64_t RandomBelow(Random& random, uint64_t bound) {
  // What lies beyond the greatest multiple of the bound would favour small numbers.
  const uint64_t beyond = (0 - bound) % bound;
  uint64_t bits = random.Next();
  while (bits < beyond) bits = random.Next();
  return bits % bound;
}

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kLettersAndDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string Printable() {
  std::string out;
  for (char c = ' '; c < 127; ++c) out += c;
  return out;
}

Function RandomText(Random& random, std::string alphabet) {
  return Bind([&random, alphabet = std::move(alphabet)](GoInt count) -> Result<std::string> {
    if (count < 0) return std::string();
    if (static_cast<uint64_t>(count) > kMaxRandom) return TooLarge("random characters", kMaxRandom);
    std::string out;
    for (GoInt i = 0; i < count; ++i) out += alphabet[RandomBelow(random, alphabet.size())];
    return out;
  });
}

std::string Shuffled(Random& random, std::string_view text) {
  std::u32string runes = Runes(text);
  for (size_t i = runes.size(); i > 1; --i) std::swap(runes[i - 1], runes[RandomBelow(random, i)]);
  return FromRunes(runes);
}

}  // namespace

void AddRandom(Functions& functions, const Sources& sources) {
  Random& random = sources.random;
  functions["randAlphaNum"] = RandomText(random, std::string(kLettersAndDigits));
  functions["randAlpha"] = RandomText(random, std::string(kLetters));
  functions["randNumeric"] = RandomText(random, std::string(kDigits));
  functions["randAscii"] = RandomText(random, Printable());
  functions["randBytes"] = Bind([&random](GoInt count) -> Result<std::string> {
    if (count < 0) return Wrong("runtime error: makeslice: len out of range");
    if (static_cast<uint64_t>(count) > kMaxRandom) return TooLarge("random bytes", kMaxRandom);
    return Base64Encode(RandomBytes(random, static_cast<size_t>(count)));
  });
  functions["randInt"] = Bind([&random](GoInt least, GoInt end) -> Result<Value> {
    const uint64_t range = static_cast<uint64_t>(end) - static_cast<uint64_t>(least);
    if (static_cast<int64_t>(range) <= 0) return Wrong("invalid argument to Intn");
    return Value::Int(static_cast<int64_t>(static_cast<uint64_t>(least) + RandomBelow(random, range)));
  });
  functions["shuffle"] = Bind([&random](std::string_view text) { return Shuffled(random, text); });
  functions["uuidv4"] = Bind([&random]() { return NewUid(random); });
}

}  // namespace croft::chart
