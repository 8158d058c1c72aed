package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"go.starlark.net/starlark"
)

// The arguments of every function are those of Tilt's internal/tiltfile/api/__init__.py and of the extensions'
// Tiltfiles, in their order; a name that ends with ? may be left out.
type call struct {
	at   string
	args starlark.Tuple
	kw   []starlark.Tuple
}

func (s *said) builtins() starlark.StringDict {
	functions := map[string]func(*call) (starlark.Value, error){
		"allow_k8s_contexts": s.ignored("contexts"),
		"version_settings":   s.ignored("check_updates?", "constraint?"),
		"update_settings":    s.ignored("max_parallel_updates?", "k8s_upsert_timeout_secs?", "suppress_unused_image_warnings?", "k8s_server_side_apply?"),
		"blob":               s.blob,
		"encode_yaml":        s.encodeYAML,
		"encode_yaml_stream": s.encodeYAMLStream,
		"decode_yaml_stream": s.decodeYAMLStream,
		"read_file":          s.readFile,
		"watch_file":         s.watchFile,
		"helm":               s.helm,
		"docker_build":       s.dockerBuild,
		"sync":               s.sync,
		"run":                s.run,
		"fall_back_on":       s.fallBackOn,
		"k8s_yaml":           s.k8sYAML,
		"k8s_kind":           s.k8sKind,
		"k8s_resource":       s.k8sResource,
		"port_forward":       s.portForward,
		"local_resource":     s.localResource,
	}
	return bind(functions)
}

func bind(functions map[string]func(*call) (starlark.Value, error)) starlark.StringDict {
	bound := starlark.StringDict{}
	for name, function := range functions {
		bound[name] = starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kw []starlark.Tuple) (starlark.Value, error) {
			return function(&call{thread.CallFrame(1).Pos.String(), args, kw})
		})
	}
	return bound
}

func (c *call) unpack(name string, pairs ...any) error {
	return starlark.UnpackArgs(name, c.args, c.kw, pairs...)
}

func (s *said) ignored(names ...string) func(*call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		var pairs []any
		for _, name := range names {
			pairs = append(pairs, name, new(starlark.Value))
		}
		return starlark.None, c.unpack("function", pairs...)
	}
}

func (s *said) blob(c *call) (starlark.Value, error) {
	var text string
	err := c.unpack("blob", "contents", &text)
	return blob(text), err
}

func (s *said) readFile(c *call) (starlark.Value, error) {
	var path string
	var otherwise starlark.Value
	if err := c.unpack("read_file", "file_path", &path, "default?", &otherwise); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(s.root, path))
	if err != nil && otherwise != nil {
		return otherwise, nil
	}
	return blob(text), err
}

func (s *said) watchFile(c *call) (starlark.Value, error) {
	var path string
	err := c.unpack("watch_file", "file_path", &path)
	s.path(c.at, "watch_file", path)
	return starlark.None, err
}

func (s *said) encodeYAML(c *call) (starlark.Value, error) {
	var value starlark.Value
	if err := c.unpack("encode_yaml", "obj", &value); err != nil {
		return nil, err
	}
	text, err := toYAML(value)
	return blob(text), err
}

func (s *said) encodeYAMLStream(c *call) (starlark.Value, error) {
	var list *starlark.List
	if err := c.unpack("encode_yaml_stream", "objs", &list); err != nil {
		return nil, err
	}
	var parts []string
	for i := range list.Len() {
		text, err := toYAML(list.Index(i))
		if err != nil {
			return nil, err
		}
		parts = append(parts, text)
	}
	return blob(strings.Join(parts, "---\n")), nil
}

func (s *said) decodeYAMLStream(c *call) (starlark.Value, error) {
	var text content
	if err := c.unpack("decode_yaml_stream", "yaml", &text); err != nil {
		return nil, err
	}
	objects, err := parseObjects(c.at, text.text)
	if err != nil {
		return nil, err
	}
	var values []starlark.Value
	for _, o := range objects {
		value, err := toStarlark(o.fields)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return starlark.NewList(values), nil
}

// helm runs the real `helm template`.
func (s *said) helm(c *call) (starlark.Value, error) {
	var directory, name, namespace, kubeVersion string
	var values, set words
	var skipCRDs bool
	if err := c.unpack("helm", "paths", &directory, "name?", &name, "namespace?", &namespace, "values?", &values, "set?", &set,
		"kube_version?", &kubeVersion, "skip_crds?", &skipCRDs); err != nil {
		return nil, err
	}
	if name == "" {
		name = "chart"
	}
	args := []string{"template", name, s.path(c.at, "helm", directory)}
	if namespace != "" {
		args = append(args, "--namespace", namespace)
	}
	if kubeVersion != "" {
		args = append(args, "--kube-version", kubeVersion)
	}
	if !skipCRDs {
		args = append(args, "--include-crds")
	}
	for _, file := range values {
		args = append(args, "--values", s.path(c.at, "helm", file))
	}
	for _, value := range set {
		args = append(args, "--set", value)
	}
	command := exec.Command("helm", args...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	rendered, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("helm: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return blob(rendered), nil
}
