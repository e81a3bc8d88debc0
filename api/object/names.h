#pragma once

#include <string>
#include <string_view>

// Syntax of names, in Kubernetes' words: each function is empty when the text is good, else what it must be.
namespace croft {

std::string CheckDnsLabel(std::string_view value);
std::string CheckDns1035Label(std::string_view value);  // begins with a letter: names of Services
std::string CheckDnsSubdomain(std::string_view value);
std::string CheckWildcardSubdomain(std::string_view value);  // "*.a.b"
std::string CheckQualifiedName(std::string_view value);      // "app", "example.com/app": keys of labels and finalizers
std::string CheckLabelValue(std::string_view value);
std::string CheckPortName(std::string_view value);
std::string CheckEnvName(std::string_view value);     // of an environment variable
std::string CheckHeaderName(std::string_view value);  // of HTTP
std::string CheckPercent(std::string_view value);     // "25%"

// "... (e.g. 'a',  or 'b', regex used for validation is 'c')", as Kubernetes says what a text must be.
std::string WithExamples(std::string_view rule, std::initializer_list<std::string_view> examples,
                         std::string_view pattern);
// "must be no more than 63 bytes"
std::string NoLongerThan(size_t limit);

}  // namespace croft
