{{/*
An Ingress that sends `host` and its extra hosts to the Service of the same part. Further keys: `host`, `ingress` (the values).
*/}}
{{- define "app.ingress" -}}
{{- $service := include "app.fullname" . -}}
{{- $hosts := prepend (.ingress.extraHosts | default list) .host | uniq -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "app.metadata" (merge (dict "annotations" .ingress.annotations) .) | nindent 2 }}
spec:
  {{- with .ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if .ingress.tls.enabled }}
  tls:
    - secretName: {{ .ingress.tls.secretName | default (printf "%s-tls" $service) }}
      hosts:
        {{- toYaml $hosts | nindent 8 }}
  {{- end }}
  rules:
    {{- range $hosts }}
    - host: {{ . | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ $service }}
                port:
                  name: http
    {{- end }}
{{- end }}

{{/* http://HOST or https://HOST. Keys: `host`, `ingress`. */}}
{{- define "app.url" -}}
{{ .ingress.tls.enabled | ternary "https" "http" }}://{{ .host }}
{{- end }}

{{/* For NOTES.txt: where the application answers. Keys as for app.ingress, and `service`. */}}
{{- define "app.address" -}}
{{- $name := include "app.fullname" . -}}
{{- if and .ingress.enabled .host -}}
{{ include "app.url" . }}
{{- else -}}
http://{{ $name }}.{{ .root.Release.Namespace }}.svc.cluster.local:{{ .service.port }} inside the cluster; from here:
    kubectl -n {{ .root.Release.Namespace }} port-forward service/{{ $name }} 8080:{{ .service.port }}
{{- end -}}
{{- end }}
