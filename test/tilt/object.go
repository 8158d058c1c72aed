package main

import (
	"fmt"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// object is one manifest that the Tiltfile gave to k8s_yaml.
type object struct {
	at     string
	fields map[string]any
}

func parseObjects(at, text string) ([]*object, error) {
	var objects []*object
	for _, part := range regexp.MustCompile(`(?m)^---\s*$`).Split(text, -1) {
		var fields map[string]any
		if err := yaml.Unmarshal([]byte(part), &fields); err != nil {
			return nil, fmt.Errorf("not YAML: %w", err)
		}
		if fields != nil {
			objects = append(objects, &object{at, fields})
		}
	}
	return objects, nil
}

// dig follows keys; nil where one is missing.
func dig(value any, keys ...string) any {
	for _, key := range keys {
		fields, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = fields[key]
	}
	return value
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func (o *object) kind() string       { return text(o.fields["kind"]) }
func (o *object) apiVersion() string { return text(o.fields["apiVersion"]) }
func (o *object) name() string       { return text(dig(o.fields, "metadata", "name")) }
func (o *object) namespace() string  { return text(dig(o.fields, "metadata", "namespace")) }
func (o *object) String() string     { return strings.ToLower(o.kind()) + "/" + o.name() }

func (o *object) group() string {
	group, _, found := strings.Cut(o.apiVersion(), "/")
	if !found {
		return ""
	}
	return group
}

// builtIn says whether every cluster knows its kind.
func (o *object) builtIn() bool {
	return !strings.Contains(o.group(), ".") || strings.HasSuffix(o.group(), ".k8s.io")
}

func (o *object) clusterWide() bool {
	return o.kind() == "CustomResourceDefinition" || o.kind() == "Namespace" || strings.HasPrefix(o.kind(), "Cluster")
}

// selectedBy says whether an object selector of Tilt (name, or name:kind, or name:kind:namespace) means this one.
func (o *object) selectedBy(selector string) bool {
	want := strings.Split(strings.ToLower(selector), ":")
	have := []string{strings.ToLower(o.name()), strings.ToLower(o.kind()), strings.ToLower(o.namespace())}
	for i, part := range want {
		if i >= len(have) || part != have[i] {
			return false
		}
	}
	return true
}

func (o *object) podSpec() map[string]any {
	for _, keys := range [][]string{{"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}} {
		if spec, ok := dig(o.fields, keys...).(map[string]any); ok && spec["containers"] != nil {
			return spec
		}
	}
	if o.kind() == "Pod" {
		spec, _ := o.fields["spec"].(map[string]any)
		return spec
	}
	return nil
}

func (o *object) containers() []map[string]any {
	var found []map[string]any
	for _, list := range []string{"containers", "initContainers"} {
		items, _ := dig(o.podSpec(), list).([]any)
		for _, item := range items {
			if container, ok := item.(map[string]any); ok {
				found = append(found, container)
			}
		}
	}
	return found
}

func (o *object) container(name string) map[string]any {
	for _, c := range o.containers() {
		if c["name"] == name {
			return c
		}
	}
	return nil
}

// value follows a JSON path of the simple form {.a.b}.
func (o *object) value(path string) any {
	return dig(o.fields, strings.Split(strings.Trim(path, "{}."), ".")...)
}

func (k *kind) matches(o *object) bool {
	return fully(k.kind, o.kind()) && (k.apiVersion == "" || fully(k.apiVersion, o.apiVersion()))
}

func fully(pattern, value string) bool {
	matched, err := regexp.MatchString("(?i)^(?:"+pattern+")$", value)
	return err == nil && matched
}

// repository is an image's name without tag and digest: docker.io/library/ is what a name without a host means.
func repository(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if colon := strings.LastIndex(ref, ":"); colon > strings.LastIndex(ref, "/") {
		ref = ref[:colon]
	}
	return strings.TrimPrefix(ref, "docker.io/library/")
}
