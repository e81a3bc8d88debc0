#include "api/base/id.h"

#include <sys/random.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace croft {
namespace {
constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
}

uint64_t SystemRandom::Next() {
  // getrandom() of up to 256 bytes is never partial once the kernel's pool is initialised.
  thread_local std::array<uint64_t, 32> drawn;
  thread_local size_t left = 0;
  if (left == 0) {
    if (getrandom(drawn.data(), sizeof drawn, 0) != static_cast<ssize_t>(sizeof drawn)) std::abort();
    left = drawn.size();
  }
  return std::exchange(drawn[--left], 0);
}

uint64_t SeededRandom::Next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::string NewUid(Random& random) {
  const uint64_t high = (random.Next() & ~0xf000ULL) | 0x4000ULL;
  const uint64_t low = (random.Next() & ~(3ULL << 62)) | (2ULL << 62);
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xffff),
                static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xffffffffffffULL));
  return text;
}

std::string RandomSuffix(Random& random, int length) {
  std::string text;
  for (int i = 0; i < length; ++i) text += kAlphabet[random.Below(kAlphabet.size())];
  return text;
}

std::string SafeEncode(uint64_t hash) {
  std::string text;
  do {
    text += kAlphabet[hash % kAlphabet.size()];
    hash /= kAlphabet.size();
  } while (hash != 0 && text.size() < 10);
  return text;
}

uint64_t StableHash(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace croft
