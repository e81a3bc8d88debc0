#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/schema/definition.h"

namespace croft::schema {

// A parameter in the query, or in the path.
struct OpenApiParameter {
  std::string_view name;
  std::string_view type;  // "string", "boolean", "integer"
};

// What one method does at a path, in the terms that OpenAPI v2 and v3 have in common.
struct OpenApiOperation {
  std::string method;  // "get"
  std::string action;  // x-kubernetes-action: "list", "connect", ...; empty: about no kind
  std::string id;      // "listCoreV1NamespacedPod"
  GroupVersionKind gvk;
  std::vector<OpenApiParameter> query;
  std::string body;   // name of a definition; empty: none
  std::string reply;  // name of a definition; empty: text
  std::string tag;    // "apps_v1": what client generators make a class of
  std::string description;
  bool strategic = false;  // a patch may be a strategic merge patch, too: posted kinds have none
};

// The codes of success that a method may answer with, beside 200: 201 where something may be created, 202 where it may
// take a while.
std::vector<std::string> OpenApiCodes(const OpenApiOperation& operation);
// What a parameter is for.
std::string_view OpenApiParameterText(std::string_view name);

struct OpenApiPath {
  std::string path;                       // "/api/v1/namespaces/{namespace}/pods/{name}"
  std::vector<OpenApiParameter> in_path;  // "name", "namespace"
  std::vector<OpenApiOperation> operations;
};

// Whether all objects of a kind can be deleted in one request. A namespace takes all that is in it with it, and goes
// only by its name.
bool DeletesCollections(const ResourceDefinition& definition);

// "io.k8s.api.core.v1.Pod"; for kinds that say nothing the group's domain reversed, version and kind.
std::string OpenApiName(const ResourceDefinition& definition, const ResourceVersion& version);
std::string OpenApiListName(const ResourceDefinition& definition, const ResourceVersion& version);

// The media types of patches, with or without strategic merge patches. kubectl chooses by them.
std::span<const std::string_view> PatchMediaTypes(bool strategic);

// Where clients learn what a group and version has; and, once for a server, which groups and versions there are.
OpenApiPath ResourceListPath(std::string_view group, std::string_view version);
std::vector<OpenApiPath> ListDiscoveryPaths(const std::set<std::string>& groups);

// All paths of one served version.
std::vector<OpenApiPath> ListOpenApiPaths(const ResourceDefinition& definition, const ResourceVersion& version);

}  // namespace croft::schema
