#pragma once

#include "tools/chart/functions/sources.h"
#include "tools/chart/value/function.h"

namespace croft::chart {

// What functions that build text or lists may build at most; beyond, they fail. Templates are other people's.
inline constexpr size_t kMaxText = size_t{64} << 20;
inline constexpr size_t kMaxItems = size_t{1} << 20;
inline constexpr size_t kMaxRandom = size_t{1} << 20;

// Adds all that Helm offers beside what needs the engine (include, tpl, required, lookup): sprig's functions without
// env and expandenv, and toYaml and its kin. Functions are not thread-safe towards each other's arguments, as values
// aren't.
void AddFunctions(Functions& functions, const Sources& sources);

// The same by area.
void AddStrings(Functions& functions);  // trim, replace, indent, quote, split, ...
void AddWords(Functions& functions);    // snakecase, title, wrap, abbrev, ...
void AddNumbers(Functions& functions);  // add, mulf, round, until, seq, int, ...
void AddDates(Functions& functions, const Sources& sources);
void AddDefaults(Functions& functions);  // default, coalesce, ternary, typeOf, kindIs, ...
void AddCodecs(Functions& functions);    // toYaml, fromJson, toToml, ...
void AddEncoding(Functions& functions);  // b64enc, b32dec, sha256sum, ...
void AddLists(Functions& functions);
void AddDicts(Functions& functions);
void AddPaths(Functions& functions);
void AddRegex(Functions& functions);
void AddVersions(Functions& functions);  // semver, semverCompare
void AddUrls(Functions& functions);
void AddRandom(Functions& functions, const Sources& sources);     // randAlphaNum, uuidv4, shuffle, ...
void AddPasswords(Functions& functions, const Sources& sources);  // bcrypt, htpasswd, derivePassword, encryptAES, ...
void AddCertificates(Functions& functions, const Sources& sources);  // genCA, genPrivateKey, ...
void AddNetwork(Functions& functions, const Sources& sources);

}  // namespace croft::chart
