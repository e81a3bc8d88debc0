{{- define "oauth2-proxy.secretName" -}}
{{ .Values.existingSecret | default (include "app.fullname" (dict "root" $)) }}
{{- end }}

{{/* The options of the program, by name. */}}
{{- define "oauth2-proxy.options" -}}
http-address: 0.0.0.0:4180
metrics-address: 0.0.0.0:44180
provider: {{ .Values.provider }}
{{- with .Values.issuerURL }}
oidc-issuer-url: {{ . }}
{{- end }}
redirect-url: {{ include "app.url" .Values }}/oauth2/callback
cookie-secure: {{ .Values.ingress.tls.enabled }}
cookie-domain: {{ toJson .Values.cookieDomains }}
whitelist-domain: {{ toJson .Values.whitelistDomains }}
email-domain: {{ toJson .Values.emailDomains }}
{{- if .Values.emails }}
authenticated-emails-file: /etc/oauth2-proxy/emails
{{- end }}
{{- if .Values.caConfigMap }}
provider-ca-file: /etc/oauth2-proxy-ca/ca.crt
use-system-trust-store: true
{{- end }}
upstream: {{ toJson .Values.upstreams }}
reverse-proxy: true
set-xauthrequest: true
skip-provider-button: true
{{- end }}

{{/* The same as arguments: a list repeats its option. */}}
{{- define "oauth2-proxy.args" -}}
{{- $options := include "oauth2-proxy.options" . | fromYaml }}
{{- range $name, $value := mergeOverwrite $options (deepCopy .Values.config) }}
{{- range kindIs "slice" $value | ternary $value (list $value) }}
- {{ printf "--%s=%s" $name (kindIs "string" . | ternary . (toJson .)) | quote }}
{{- end }}
{{- end }}
{{- end }}
