{{/* Where Grafana finds Prometheus. */}}
{{- define "metrics.prometheusURL" -}}
http://{{ include "app.fullname" (dict "root" $ "part" "prometheus") }}:{{ .Values.prometheus.service.port }}
{{- end }}

{{/* What Prometheus asks. */}}
{{- define "metrics.scrapeConfigs" -}}
- job_name: prometheus
  static_configs:
    - targets: [localhost:9090]
{{- if .Values.nodeExporter.enabled }}
- job_name: node
  kubernetes_sd_configs:
    - role: pod
      namespaces:
        own_namespace: true
      selectors:
        - role: pod
          label: app.kubernetes.io/instance={{ .Release.Name }},app.kubernetes.io/component=node-exporter
  relabel_configs:
    - source_labels: [__meta_kubernetes_pod_node_name]
      target_label: instance
{{- end }}
{{- if .Values.prometheus.scrapeApiServer }}
- job_name: apiserver
  scheme: https
  tls_config:
    ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
  authorization:
    credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token
  static_configs:
    - targets: [kubernetes.default.svc:443]
{{- end }}
{{- if .Values.prometheus.discoverPods }}
- job_name: pods
  kubernetes_sd_configs:
    - role: pod
  relabel_configs:
    - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
      regex: "true"
      action: keep
    - source_labels: [__meta_kubernetes_pod_phase]
      regex: Succeeded|Failed
      action: drop
    - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scheme]
      regex: (https?)
      target_label: __scheme__
    - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_path]
      regex: (/.*)
      target_label: __metrics_path__
    # A pod has one target for each of its ports: with an annotated port these become one and the same.
    - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
      regex: ([0-9.]+);([0-9]+)
      target_label: __address__
      replacement: $1:$2
    - source_labels: [__meta_kubernetes_namespace]
      target_label: namespace
    - source_labels: [__meta_kubernetes_pod_name]
      target_label: pod
{{- end }}
{{- with .Values.prometheus.scrapeConfigs }}
{{ toYaml . }}
{{- end }}
{{- end }}
