package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.starlark.net/starlark"
)

func (s *said) k8sYAML(c *call) (starlark.Value, error) {
	var source starlark.Value
	var duplicates bool
	if err := c.unpack("k8s_yaml", "yaml", &source, "allow_duplicates?", &duplicates); err != nil {
		return nil, err
	}
	sources := []starlark.Value{source}
	if list, ok := source.(*starlark.List); ok {
		sources = nil
		for i := range list.Len() {
			sources = append(sources, list.Index(i))
		}
	}
	for _, one := range sources {
		var text content
		if err := text.Unpack(one); err != nil {
			return nil, fmt.Errorf("k8s_yaml: %w", err)
		}
		if !text.isBlob {
			file, err := os.ReadFile(filepath.Join(s.root, text.text))
			if err != nil {
				return nil, fmt.Errorf("k8s_yaml: there is no %s", text.text)
			}
			text.text = string(file)
		}
		objects, err := parseObjects(c.at, text.text)
		if err != nil {
			return nil, fmt.Errorf("k8s_yaml: %w", err)
		}
		s.objects = append(s.objects, objects...)
	}
	return starlark.None, nil
}

func (s *said) k8sKind(c *call) (starlark.Value, error) {
	k := &kind{at: c.at}
	var paths words
	var object *starlark.Dict
	var readiness string
	if len(c.args) > 2 {
		return nil, fmt.Errorf("k8s_kind: image_json_path must be passed by its name")
	}
	err := c.unpack("k8s_kind", "kind", &k.kind, "api_version?", &k.apiVersion, "image_json_path?", &paths, "image_object?", &object, "pod_readiness?", &readiness)
	k.imagePaths = paths
	s.kinds = append(s.kinds, k)
	return starlark.None, err
}

func (s *said) portForward(c *call) (starlark.Value, error) {
	f := &forward{}
	var name, path, host string
	err := c.unpack("port_forward", "local_port", &f.local, "container_port?", &f.container, "name?", &name, "link_path?", &path, "host?", &host)
	return f, err
}

func (s *said) k8sResource(c *call) (starlark.Value, error) {
	r := &k8sResource{at: c.at}
	var forwarded ports
	var selectors, mode, links starlark.Value
	var deps, objects, labels words
	var autoInit bool
	var readiness, discovery string
	err := c.unpack("k8s_resource", "workload?", &r.workload, "new_name?", &r.newName, "port_forwards?", &forwarded,
		"extra_pod_selectors?", &selectors, "trigger_mode?", &mode, "resource_deps?", &deps, "objects?", &objects, "auto_init?", &autoInit,
		"pod_readiness?", &readiness, "links?", &links, "labels?", &labels, "discovery_strategy?", &discovery)
	if err == nil && readiness != "" && readiness != "ignore" && readiness != "wait" {
		err = fmt.Errorf("k8s_resource: pod_readiness is ignore or wait, not %s", readiness)
	}
	r.deps, r.objects, r.forwards = deps, objects, forwarded
	s.configured = append(s.configured, r)
	return starlark.None, err
}

func (s *said) localResource(c *call) (starlark.Value, error) {
	l := &localResource{at: c.at}
	var command, serve, bat, deps, ignore, resources, labels words
	var mode, links, env, probe starlark.Value
	var autoInit, parallel bool
	var directory, serveDirectory string
	err := c.unpack("local_resource", "name", &l.name, "cmd?", &command, "deps?", &deps, "trigger_mode?", &mode, "resource_deps?", &resources,
		"ignore?", &ignore, "auto_init?", &autoInit, "serve_cmd?", &serve, "cmd_bat?", &bat, "serve_cmd_bat?", &bat, "allow_parallel?", &parallel,
		"links?", &links, "labels?", &labels, "env?", &env, "serve_env?", &env, "readiness_probe?", &probe, "dir?", &directory, "serve_dir?", &serveDirectory)
	for _, path := range append(deps, directory, serveDirectory) {
		if path != "" {
			s.path(c.at, "local_resource", path)
		}
	}
	l.deps, l.serve = resources, strings.Join(serve, " ")
	s.local = append(s.local, l)
	return starlark.None, err
}
