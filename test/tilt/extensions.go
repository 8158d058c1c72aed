package main

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// load stands in for the extensions.
func (s *said) load(_ *starlark.Thread, module string) (starlark.StringDict, error) {
	switch module {
	case "ext://helm_resource":
		return bind(map[string]func(*call) (starlark.Value, error){"helm_resource": s.helmResource, "helm_repo": s.helmRepo}), nil
	case "ext://uibutton":
		names := bind(map[string]func(*call) (starlark.Value, error){"cmd_button": s.cmdButton})
		names["location"] = starlarkstruct.FromStringDict(starlarkstruct.Default,
			starlark.StringDict{"RESOURCE": starlark.String("resource"), "NAV": starlark.String("nav")})
		return names, nil
	}
	return nil, fmt.Errorf("there is no stand-in for %s: write one in test/tilt/extensions.go", module)
}

func (s *said) helmRepo(c *call) (starlark.Value, error) {
	var name, url, resource, user, password string
	var labels, deps words
	if err := c.unpack("helm_repo", "name", &name, "url", &url, "resource_name?", &resource, "username?", &user, "password?", &password,
		"labels?", &labels, "resource_deps?", &deps); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "oci://") {
		s.complain(c.at, "helm_repo %s: %s is no https or oci address", name, url)
	}
	s.repos[name] = true
	if resource == "" {
		resource = name
	}
	s.local = append(s.local, &localResource{at: c.at, name: resource, deps: deps})
	return starlark.None, nil
}

func (s *said) helmResource(c *call) (starlark.Value, error) {
	h := &chart{at: c.at}
	r := &k8sResource{at: c.at}
	var forwarded ports
	var release, namespace, imageSelector, containerSelector, readiness string
	var deps, imageDeps, flags, uninstallFlags, resources, labels words
	var keys, live, links starlark.Value
	var autoInit, update, build bool
	err := c.unpack("helm_resource", "name", &h.name, "chart", &h.ref, "deps?", &deps, "release_name?", &release, "namespace?", &namespace,
		"image_deps?", &imageDeps, "image_keys?", &keys, "flags?", &flags, "uninstall_flags?", &uninstallFlags, "image_selector?", &imageSelector,
		"container_selector?", &containerSelector, "live_update?", &live, "resource_deps?", &resources, "labels?", &labels, "port_forwards?", &forwarded,
		"auto_init?", &autoInit, "pod_readiness?", &readiness, "update_dependencies?", &update, "build_dependencies?", &build, "links?", &links)
	h.flags, h.deps = flags, resources
	r.workload, r.deps, r.forwards = h.name, resources, forwarded
	s.charts = append(s.charts, h)
	s.configured = append(s.configured, r)
	return starlark.None, err
}

func (s *said) cmdButton(c *call) (starlark.Value, error) {
	b := &button{at: c.at}
	var argv words
	var location, icon string
	var svg, inputs starlark.Value
	var disabled, confirmation bool
	err := c.unpack("cmd_button", "name", &b.name, "resource?", &b.resource, "argv?", &argv, "text?", &b.text, "location?", &location,
		"icon_name?", &icon, "icon_svg?", &svg, "inputs?", &inputs, "disabled?", &disabled, "requires_confirmation?", &confirmation)
	if err == nil && len(argv) == 0 {
		err = fmt.Errorf("cmd_button: argv cannot be empty")
	}
	if err == nil && b.resource == "" && location != "nav" {
		err = fmt.Errorf("cmd_button: must provide a resource name")
	}
	b.argv = argv
	s.buttons = append(s.buttons, b)
	return starlark.None, err
}
