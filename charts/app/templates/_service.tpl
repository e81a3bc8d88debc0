{{/*
A Service with one port. Further keys: `service` (the values), `portName` (of the container, default http), `headless`.
*/}}
{{- define "app.service" -}}
{{- $port := .portName | default "http" -}}
{{- $outside := ne .service.type "ClusterIP" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "app.metadata" (merge (dict "annotations" .service.annotations) .) | nindent 2 }}
spec:
  type: {{ .service.type }}
  {{- if and $outside .service.externalTrafficPolicy }}
  externalTrafficPolicy: {{ .service.externalTrafficPolicy }}
  {{- end }}
  {{- if and (eq .service.type "LoadBalancer") .service.loadBalancerIP }}
  loadBalancerIP: {{ .service.loadBalancerIP }}
  {{- end }}
  selector:
    {{- include "app.selectorLabels" . | nindent 4 }}
  ports:
    - name: {{ $port }}
      port: {{ .service.port }}
      targetPort: {{ $port }}
      protocol: TCP
      {{- if and $outside .service.nodePort }}
      nodePort: {{ .service.nodePort }}
      {{- end }}
{{- end }}
