{{/*
Every template here takes one dict. `root` is always the chart's own context ($). `part` names a component beside the
first, which is labelled `server`; `suffix` tells two objects of one component apart; both are optional.
*/}}

{{- define "app.name" -}}
{{- .root.Values.nameOverride | default .root.Chart.Name | trunc 48 | trimSuffix "-" -}}
{{- end }}

{{/* NAME, or NAME-PART, NAME-SUFFIX. NAME is the release's alone where that says what the chart is. */}}
{{- define "app.fullname" -}}
{{- $name := .root.Values.fullnameOverride -}}
{{- if not $name -}}
  {{- $name = include "app.name" . -}}
  {{- $name = contains $name .root.Release.Name | ternary .root.Release.Name (printf "%s-%s" .root.Release.Name $name) -}}
{{- end -}}
{{- $name = $name | trunc 48 | trimSuffix "-" -}}
{{- list $name .part .suffix | compact | join "-" -}}
{{- end }}

{{/* What selects the pods: never changes over a release's life. */}}
{{- define "app.selectorLabels" -}}
app.kubernetes.io/name: {{ include "app.name" . }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part | default "server" }}
{{- end }}

{{/* The version of what runs. Further keys: `image`, whose tag it is; without one it is the chart's appVersion. */}}
{{- define "app.version" -}}
{{ (.image).tag | default .root.Chart.AppVersion | trunc 63 | quote }}
{{- end }}

{{- define "app.labels" -}}
{{ include "app.selectorLabels" . }}
app.kubernetes.io/version: {{ include "app.version" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (.root.Chart.Version | replace "+" "_") }}
{{- end }}

{{/* The metadata of an object. Further keys: `annotations`. */}}
{{- define "app.metadata" -}}
name: {{ include "app.fullname" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "app.labels" . | nindent 2 }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* REGISTRY/REPOSITORY:TAG, or REGISTRY/REPOSITORY@DIGEST. Further keys: `image`. */}}
{{- define "app.image" -}}
{{- $registry := (.root.Values.global).imageRegistry | default .image.registry -}}
{{- $name := list $registry .image.repository | compact | join "/" -}}
{{- if .image.digest -}}
{{ $name }}@{{ .image.digest }}
{{- else -}}
{{ $name }}:{{ .image.tag }}
{{- end -}}
{{- end }}
