{{/* The Secret with the htpasswd file. */}}
{{- define "registry.authSecret" -}}
{{ .Values.auth.existingSecret | default (include "app.fullname" (dict "root" $)) }}
{{- end }}

{{/* Volumes of the server and of the garbage collection. */}}
{{- define "registry.volumes" -}}
{{ include "app.dataVolume" (dict "root" $ "persistence" .Values.persistence) }}
- name: config
  configMap:
    name: {{ include "app.fullname" (dict "root" $) }}
{{- if .Values.auth.enabled }}
- name: auth
  secret:
    secretName: {{ include "registry.authSecret" . }}
    items:
      - key: htpasswd
        path: htpasswd
{{- end }}
{{- end }}

{{- define "registry.mounts" -}}
- name: data
  mountPath: /var/lib/registry
- name: config
  mountPath: /etc/registry
  readOnly: true
{{- if .Values.auth.enabled }}
- name: auth
  mountPath: /etc/registry-auth
  readOnly: true
{{- end }}
{{- end }}
