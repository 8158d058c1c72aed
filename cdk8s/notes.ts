/** What `helm install` says in the end. */
export const notes = `Waymark {{ .Chart.AppVersion }} is installed as {{ .Release.Name }}.

Send a file:

  kubectl -n {{ .Release.Namespace }} port-forward svc/{{ .Release.Name }}-api 8000 &
  TOKEN=$(kubectl -n {{ .Release.Namespace }} get secret {{ default (printf "%s-api" .Release.Name) .Values.api.existingSecret }} -o jsonpath='{.data.token}' | base64 -d)
  curl -H "Authorization: Bearer $TOKEN" -F file=@Patient-claim-clientA-202307.xlsx http://127.0.0.1:8000/files

That token may do everything. For whom it may not: \`waymark token create\`, and its entry into api.tokens, or set api.oidc.

See it go through:

  kubectl -n {{ .Release.Namespace }} get tfm,jobs,deploy
  kubectl -n {{ .Release.Namespace }} describe tfm {{ .Release.Name }}

Read what came of it (dbt docs, after the first run):

  kubectl -n {{ .Release.Namespace }} port-forward svc/{{ .Release.Name }}-docs 8080
{{ if .Values.postgres.enabled }}
Ask the tables:

  kubectl -n {{ .Release.Namespace }} exec -it {{ .Release.Name }}-postgres-0 -- sh -c 'psql -U "$POSTGRES_USER" "$POSTGRES_DB"'
{{ end }}{{ if not .Values.consumer.autoscaling.enabled }}
Autoscaling is off: consumers stay as many as there are (none, where KEDA had scaled them down) until you say

  kubectl -n {{ .Release.Namespace }} scale deploy {{ .Release.Name }}-consumer --replicas 1
{{ end }}`;
