{{/*
A secret value, in base64: `value` if one is given, else what the Secret `name` in the cluster holds at `key` already, else random
characters (`length`, default 24). So a password is made once and kept over upgrades. `helm template` sees no cluster and makes a
new one each time: who renders without a cluster gives the value or an existing Secret.
*/}}
{{- define "app.kept" -}}
{{- $secret := lookup "v1" "Secret" .root.Release.Namespace .name | default dict -}}
{{- $kept := get ($secret.data | default dict) .key -}}
{{- if .value -}}
{{ .value | b64enc }}
{{- else if $kept -}}
{{ $kept }}
{{- else -}}
{{ randAlphaNum (.length | default 24 | int) | b64enc }}
{{- end -}}
{{- end }}

{{/*
A Secret with the username and password of a first account. Further keys: `account` (the values), `persistence`: where the account
lives; the Secret stays with its volume, so that a release that finds the data again finds the password too.
*/}}
{{- define "app.account" -}}
{{- if not .account.existingSecret -}}
{{- $name := include "app.fullname" . -}}
{{- $keep := and .persistence.enabled .persistence.keep | ternary (dict "helm.sh/resource-policy" "keep") dict -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "app.metadata" (merge (dict "annotations" $keep) .) | nindent 2 }}
type: Opaque
data:
  username: {{ .account.username | b64enc }}
  password: {{ include "app.kept" (dict "root" .root "name" $name "key" "password" "value" .account.password) }}
{{- end }}
{{- end }}

{{/* The name of that Secret. */}}
{{- define "app.accountName" -}}
{{ .account.existingSecret | default (include "app.fullname" .) }}
{{- end }}

{{/* For NOTES.txt: how to read its password. */}}
{{- define "app.passwordCommand" -}}
kubectl -n {{ .root.Release.Namespace }} get secret {{ include "app.accountName" . }} -o jsonpath='{.data.password}' | base64 -d
{{- end }}
