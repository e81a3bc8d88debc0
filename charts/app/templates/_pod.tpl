{{/*
The metadata of a pod template. Further keys: `pod` (the values with podLabels and podAnnotations), `checksums` (text that, when
it changes, makes new pods).
*/}}
{{- define "app.podMetadata" -}}
labels:
  {{- include "app.selectorLabels" . | nindent 2 }}
  app.kubernetes.io/version: {{ include "app.version" . }}
  {{- with .pod.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- $annotations := .pod.podAnnotations | default dict -}}
{{- with .checksums }}
{{- $annotations = merge (dict "checksum/config" (sha256sum .)) $annotations }}
{{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
The settings of a pod's spec that are not its containers or volumes. Further keys: `pod` (the values), `serviceAccount` (a name;
without one the pod gets no token). Service links are off: programs that read REGISTRY_PORT or the like would take them for settings.
*/}}
{{- define "app.podSettings" -}}
enableServiceLinks: false
automountServiceAccountToken: {{ not (empty .serviceAccount) }}
{{- with .serviceAccount }}
serviceAccountName: {{ . }}
{{- end }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .pod.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Image, security and resources of a container. Further keys: `image`, `pod` (the values). */}}
{{- define "app.containerSettings" -}}
image: {{ include "app.image" . | quote }}
imagePullPolicy: {{ .image.pullPolicy }}
{{- with .pod.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The annotations of a test pod. */}}
{{- define "app.testAnnotations" -}}
helm.sh/hook: test
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
