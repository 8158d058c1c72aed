package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// complaints is what is said about a Tiltfile, the error that would stop Tilt included.
func complaints(name string, source []byte) []string {
	s, err := evaluate(name, source, root)
	if err != nil {
		return []string{err.Error()}
	}
	return s.check()
}

func tiltfile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "Tiltfile"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTiltfileIsRight(t *testing.T) {
	if wrong := complaints("Tiltfile", []byte(tiltfile(t))); len(wrong) > 0 {
		t.Error(strings.Join(wrong, "\n"))
	}
}

func TestBrokenTiltfilesAreToldWhatIsWrong(t *testing.T) {
	paths, _ := filepath.Glob("testdata/*.Tiltfile")
	if len(paths) == 0 {
		t.Fatal("there is no broken Tiltfile")
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			wrong := complaints(filepath.Base(path), source)
			for _, expected := range regexp.MustCompile(`(?m)^# expect: (.*)$`).FindAllStringSubmatch(string(source), -1) {
				if !slices.ContainsFunc(wrong, func(c string) bool { return strings.Contains(c, expected[1]) }) {
					t.Errorf("expected %q among\n%s", expected[1], strings.Join(wrong, "\n"))
				}
			}
		})
	}
}

// One thing of the real Tiltfile is changed, and that very thing is complained about.
func TestEachMistakeIsFound(t *testing.T) {
	for _, c := range []struct{ old, new, complaint string }{
		{`'src'],`, `'source'],`, "there is no source"},
		{`target='dev'`, `target='development'`, "has no stage development"},
		{`sync('src', '/app/src')`, `sync('source', '/app/src')`, "there is no source"},
		{`sync('src', '/app/src')`, `sync('docs', '/app/docs')`, "docs is not among the files of the image"},
		{`sync('src', '/app/src')`, `sync('src')`, "sync: missing argument for remote_path"},
		{`'--version', KEDA_VERSION`, `'--wait'`, "keda: its version is not pinned"},
		{`resource_deps=['kedacore'],`, ``, "keda does not wait for its helm_repo kedacore"},
		{`'charts/waymark',`, `'charts/other',`, "charts/other"},
		{`kube_version='1.31.0'`, `kube_version='1.30.0'`, "requires kubeVersion"},
		{`'transformation.maxDelaySeconds=60'`, `'transformation.maxDelay=60'`, "maxDelay"},
		{`{.spec.jobTemplate.image}`, `{.spec.image}`, "{.spec.image}"},
		{`k8s_kind('Transformation', api`, `k8s_kind('Transformer', api`, "k8s_kind Transformer: there is no such object"},
		{`o['metadata']['namespace'] = NAMESPACE`, `pass`, "has no namespace"},
		{`port_forward(15672, 15672, name='RabbitMQ')`, `port_forward(15673, 15672)`, "port 15672 should lead to waymark-rabbitmq"},
		{`port_forward(8000, 8000,`, `port_forward(8000, 8001,`, "waymark-api: no container has port 8001"},
		{`stack-grafana 3000:80`, `stack-grafana 3001:80`, "port 3000 should lead to"},
		{`resource_deps=['keda', `, `resource_deps=[`, "may be applied before its kind is known"},
		{`objects=of_group('monitoring.coreos.com'),`, `objects=['waymark-api'],`, "waymark-api means"},
		{`resource_deps=['waymark-operator']`, `resource_deps=['operator']`, "there is no resource operator"},
		{`k8s_resource('dbt-shell'`, `k8s_resource('dbt'`, "there is no workload dbt"},
		{`'deploy/waymark-api'`, `'deploy/api'`, "there is no Deployment api"},
		{`'-c', 'api'`, `'-c', 'server'`, "has no container server"},
		{`'samples/set-' + n,`, `'samples/sets-' + n,`, "there is no samples/sets-1"},
		{`text='run dbt now'`, `text='run'`, `there is no button "run dbt now"`},
		{`patch transformations.waymark.dev waymark`, `patch transformations.waymark.dev dbt`, "there is no Transformation dbt"},
		{`'image': 'waymark-dbt'`, `'image': 'waymark-sql'`, "uses waymark-sql, which no docker_build makes"},
	} {
		t.Run(c.new, func(t *testing.T) {
			source := tiltfile(t)
			if !strings.Contains(source, c.old) {
				t.Fatalf("the Tiltfile has no %s any more", c.old)
			}
			wrong := complaints("Tiltfile", []byte(strings.Replace(source, c.old, c.new, 1)))
			if !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, c.complaint) }) {
				t.Errorf("expected %q, got\n%s", c.complaint, strings.Join(wrong, "\n"))
			}
		})
	}
}

func TestEndToEndTestsUseTheSameVersions(t *testing.T) {
	workflow, err := os.ReadFile(filepath.Join(root, ".github/workflows/e2e.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"KEDA_VERSION", "PROMETHEUS_VERSION"} {
		here := regexp.MustCompile(`(?m)^` + name + ` = '(.*)'$`).FindStringSubmatch(tiltfile(t))
		there := regexp.MustCompile(`(?m)^  ` + name + `: (.*)$`).FindStringSubmatch(string(workflow))
		if here == nil || there == nil || here[1] != there[1] {
			t.Errorf("%s: %v in the Tiltfile, %v in e2e.yml", name, here, there)
		}
	}
}
