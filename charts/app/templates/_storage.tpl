{{/* A PersistentVolumeClaim, if the values want one of their own. Further keys: `persistence` (the values). */}}
{{- define "app.claim" -}}
{{- if and .persistence.enabled (not .persistence.existingClaim) -}}
{{- $keep := .persistence.keep | ternary (dict "helm.sh/resource-policy" "keep") dict -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- include "app.metadata" (merge (dict "annotations" (merge $keep (.persistence.annotations | default dict))) .) | nindent 2 }}
spec:
  accessModes:
    - {{ .persistence.accessMode }}
  {{- with .persistence.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .persistence.size }}
{{- end }}
{{- end }}

{{/* The volume `data` of a pod, to match. */}}
{{- define "app.dataVolume" -}}
- name: data
  {{- if .persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ .persistence.existingClaim | default (include "app.fullname" .) }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end }}
