#pragma once

#include <string>
#include <vector>

#include "tools/chart/functions/functions.h"

namespace croft::chart {

__extension__ typedef __int128 Wide;  // for what a sum or product of 64-bit numbers may become

inline constexpr std::string_view kListList = "[][]interface {}";

// The conversions that sprig's functions share. What can't be converted is 0, as there.
int64_t ToInteger(const Value& value);
double ToFloat(const Value& value);
// As Go turns a float into an int64 on amd64: the least one where it does not fit.
int64_t Truncated(double value);

// The text of a value: a string as it is, all else as %v prints it.
std::string Text(const Value& value);
// Each item's text, nil left out; a value that is no list is one item, nil none.
std::vector<std::string> Texts(const Value& value);
Value StringList(std::vector<std::string> texts);
Value NilStringList();

// Whether `default` takes it for not given: nil, zero, false, of no length. A struct never is.
bool Empty(const Value& value);

// The list that a value is, a named list type included; null when it is none.
ListPtr ListOf(const Value& value);
// A failure of a function for what it was given.
Status Wrong(std::string message);
// For functions that take no nil where Go's reflection would panic: "invalid memory address or nil pointer
// dereference".
Status NilArgument();
// What a limit of ours refuses: "the result would have more than N items".
Status TooLarge(std::string_view what, size_t limit);

}  // namespace croft::chart
