{{- define "dts.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Of the pods of one component; call with (list . "gateway"). */}}
{{- define "dts.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: dts
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* A selector of the pods that need Redis and have metrics. */}}
{{- define "dts.apps" -}}
matchLabels:
  app.kubernetes.io/instance: {{ .Release.Name }}
  app.kubernetes.io/part-of: dts
matchExpressions:
  - { key: app.kubernetes.io/component, operator: In, values: [gateway, worker, scaler] }
{{- end }}

{{- define "dts.labels" -}}
{{- $root := index . 0 -}}
{{ include "dts.selector" . }}
app.kubernetes.io/part-of: dts
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* (list . "gateway") */}}
{{- define "dts.image" -}}
{{- $image := (index . 0).Values.image -}}
{{- $tag := $image.tag | default (index . 0).Chart.AppVersion -}}
{{- printf "%sdts-%s%s%s" $image.prefix (index . 1) (ternary "" ":" (hasPrefix "@" $tag)) $tag -}}
{{- end }}

{{- define "dts.authSecret" -}}
{{- .Values.auth.existingSecret | default (printf "%s-auth" (include "dts.name" .)) -}}
{{- end }}

{{/* The Secret whose entry "url" leads to Redis. */}}
{{- define "dts.redisSecret" -}}
{{- $given := ternary .Values.redis.existingSecret .Values.redis.external.existingSecret .Values.redis.enabled -}}
{{- $given | default (printf "%s-redis" (include "dts.name" .)) -}}
{{- end }}

{{/* Pod Security "restricted". */}}
{{- define "dts.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "dts.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Of every pod's spec; (list . "gateway"), or (list . "worker" "io") for those of a pool. */}}
{{- define "dts.pod" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: {{ $root.Values.spread }}
    labelSelector:
      matchLabels: {{ include "dts.selector" (list $root (index $ 1)) | nindent 8 }}
        {{- if gt (len $) 2 }}
        dts/pool: {{ index $ 2 }}
        {{- end }}
  {{- end }}
{{- end }}

{{/* Volumes and mounts with the way to Redis. */}}
{{- define "dts.redisVolume" -}}
- name: redis
  secret:
    secretName: {{ include "dts.redisSecret" . }}
    defaultMode: 0440
    items: [{ key: url, path: url }]
{{- end }}
{{- define "dts.authVolume" -}}
- name: auth
  secret:
    secretName: {{ include "dts.authSecret" . }}
    defaultMode: 0440
    items: [{ key: keys.json, path: keys.json }, { key: session-secret, path: session-secret }]
{{- end }}

{{/* A map of variables as a list. */}}
{{- define "dts.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "dts.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end }}
