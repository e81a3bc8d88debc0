{{- define "git.accountName" -}}
{{ include "app.accountName" (dict "root" $ "account" .Values.admin) }}
{{- end }}

{{/* What app.ini must say, by section; the section DEFAULT is what stands before the first. */}}
{{- define "git.settings" -}}
DEFAULT:
  APP_NAME: {{ .Values.title | quote }}
database:
  DB_TYPE: sqlite3
  PATH: /var/lib/gitea/data/gitea.db
  SQLITE_JOURNAL_MODE: WAL
server:
  ROOT_URL: {{ include "app.url" .Values }}/
  DOMAIN: {{ .Values.host }}
  SSH_DOMAIN: {{ .Values.host }}
  SSH_PORT: {{ .Values.ssh.advertisedPort }}
  SSH_LISTEN_PORT: 2222
  HTTP_PORT: 3000
  START_SSH_SERVER: {{ .Values.ssh.enabled }}
  DISABLE_SSH: {{ not .Values.ssh.enabled }}
  LFS_START_SERVER: {{ .Values.lfs }}
  LFS_JWT_SECRET_URI: file:/var/lib/gitea/keys/LFS_JWT_SECRET
security:
  INSTALL_LOCK: true
  SECRET_KEY_URI: file:/var/lib/gitea/keys/SECRET_KEY
  INTERNAL_TOKEN_URI: file:/var/lib/gitea/keys/INTERNAL_TOKEN
oauth2:
  JWT_SECRET_URI: file:/var/lib/gitea/keys/JWT_SECRET
service:
  DISABLE_REGISTRATION: {{ not .Values.registration }}
  REQUIRE_SIGNIN_VIEW: {{ .Values.requireSignIn }}
actions:
  ENABLED: {{ .Values.actions }}
{{- end }}

{{/*
The same as the image reads it: GITEA__SECTION__KEY. app.ini itself is written anew at each start, so that a setting that was
taken back is gone; what must last (data, keys) is below /var/lib/gitea, so that one volume is the whole backup.
*/}}
{{- define "git.environment" -}}
- name: GITEA_APP_INI
  value: /tmp/conf/app.ini
{{- $settings := include "git.settings" . | fromYaml }}
{{- range $section, $keys := mergeOverwrite $settings (deepCopy .Values.config) }}
{{- $place := eq $section "DEFAULT" | ternary "" $section | replace "." "_0X2E_" | replace "-" "_0X2D_" }}
{{- range $key, $value := $keys }}
- name: GITEA__{{ $place }}__{{ $key }}
  value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "git.mounts" -}}
- name: data
  mountPath: /var/lib/gitea
- name: scratch
  mountPath: /tmp
{{- end }}
