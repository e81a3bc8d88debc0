#pragma once

namespace croft::server {

// Lines "apiVersion/Kind message".
extern const char* const kProtobufRoots;
extern const char* const kExtensionProtobufRoots;

// Messages, each "name: number jsonName code, ..."; the last is null. A code is, after its prefixes,
//   s text, b bool, i number, f floating point number, y bytes, q Quantity, o IntOrString, t Time, T MicroTime, d
//   Duration, r RawExtension or FieldsV1, v a list of texts wrapped in a message, m<name>; a message, u<name>; a
//   message of which the last member that is there stands for the whole, M<code> a map from text.
// Prefixes: * a list; ? absence and zero differ; ! zero is written too; ~ its members belong to the message around it.
extern const char* const kProtobufMessages[];
extern const char* const kExtensionProtobufMessages[];

}  // namespace croft::server
