package main

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// What `tilt up` promises.
var (
	promisedPorts = map[int]string{
		8000:  "waymark-api",
		8080:  "waymark-docs",
		15672: "waymark-rabbitmq",
		3000:  "svc/kube-prometheus-stack-grafana",
	}
	promisedCharts = []string{"kedacore/keda", "prometheus-community/kube-prometheus-stack"}
)

// check gives everything that is wrong, in the order of the Tiltfile's parts.
func (s *said) check() []string {
	s.checkImages()
	s.checkObjects()
	s.checkKinds()
	s.checkResources()
	s.checkCharts()
	s.checkPorts()
	s.checkButtons()
	return s.complaints
}

func (s *said) checkImages() {
	for _, i := range s.images {
		context := s.path(i.at, "docker_build "+i.ref, i.context)
		dockerfile := s.path(i.at, "docker_build "+i.ref, i.dockerfile)
		if text, err := os.ReadFile(dockerfile); err == nil && i.target != "" &&
			!regexp.MustCompile(`(?im)^FROM \S+ AS `+regexp.QuoteMeta(i.target)+`\s*$`).Match(text) {
			s.complain(i.at, "docker_build %s: %s has no stage %s", i.ref, i.dockerfile, i.target)
		}
		for _, part := range slices.Concat(i.only, i.ignore) {
			if !strings.ContainsAny(part, "*?[!") {
				s.path(i.at, "docker_build "+i.ref, filepath.Join(i.context, part))
			}
		}
		if len(i.steps) == 0 {
			s.complain(i.at, "docker_build %s has no live_update", i.ref)
		}
		s.checkSteps(i, context)
		if !slices.ContainsFunc(s.objects, func(o *object) bool { return slices.Contains(s.imagesOf(o), i.ref) }) {
			s.complain(i.at, "docker_build %s: no object uses this image", i.ref)
		}
	}
}

// checkSteps holds the steps to Tilt's rules: fall_back_on, then sync, then run; only files of the image.
func (s *said) checkSteps(i *image, context string) {
	order := map[string]int{"fall_back_on": 0, "sync": 1, "run": 2}
	last := 0
	for _, one := range i.steps {
		if order[one.does] < last {
			s.complain(one.at, "%s must stand before the steps above it", one.does)
		}
		last = order[one.does]
		paths := one.paths
		if one.does == "sync" {
			paths = []string{one.local}
			if !path.IsAbs(one.remote) {
				s.complain(one.at, "sync: %s is not absolute", one.remote)
			}
		}
		for _, p := range paths {
			full := s.path(one.at, one.does, p)
			within, err := filepath.Rel(context, full)
			if err != nil || strings.HasPrefix(within, "..") {
				s.complain(one.at, "%s: %s is outside of the image's context", one.does, p)
			} else if len(i.only) > 0 && !slices.ContainsFunc(i.only, func(o string) bool { return within == o || strings.HasPrefix(within, o+"/") }) {
				s.complain(one.at, "%s: %s is not among the files of the image (only)", one.does, p)
			}
		}
	}
}

// imagesOf are the repositories that Tilt would replace in an object.
func (s *said) imagesOf(o *object) []string {
	var found []string
	for _, c := range o.containers() {
		found = append(found, repository(text(c["image"])))
	}
	for _, k := range s.kinds {
		if k.matches(o) {
			for _, p := range k.imagePaths {
				found = append(found, repository(text(o.value(p))))
			}
		}
	}
	return found
}

func (s *said) checkObjects() {
	seen := map[string]bool{}
	for _, o := range s.objects {
		if o.kind() == "" || o.apiVersion() == "" || o.name() == "" {
			s.complain(o.at, "k8s_yaml: an object without kind, apiVersion or name")
			continue
		}
		id := o.String() + " in " + o.namespace()
		if seen[id] {
			s.complain(o.at, "k8s_yaml: %s is there twice", id)
		}
		seen[id] = true
		if !o.clusterWide() {
			if o.namespace() == "" {
				s.complain(o.at, "k8s_yaml: %s has no namespace, so it would go to the current context's", o)
			} else if !slices.ContainsFunc(s.objects, func(n *object) bool { return n.kind() == "Namespace" && n.name() == o.namespace() }) {
				s.complain(o.at, "k8s_yaml: %s is in %s, which nothing creates", o, o.namespace())
			}
		}
		for _, ref := range s.imagesOf(o) {
			if strings.HasPrefix(ref, "waymark") && !slices.ContainsFunc(s.images, func(i *image) bool { return i.ref == ref }) {
				s.complain(o.at, "k8s_yaml: %s uses %s, which no docker_build makes", o, ref)
			}
		}
		if s.foreign(o) {
			s.checkForeign(o)
		}
	}
}

// foreign says whether an object's kind is neither built in nor defined by an object of the Tiltfile.
func (s *said) foreign(o *object) bool {
	return !o.builtIn() && !slices.ContainsFunc(s.objects, func(d *object) bool {
		return d.kind() == "CustomResourceDefinition" && text(dig(d.fields, "spec", "group")) == o.group()
	})
}

// checkForeign: such an object must wait for the Helm release that brings its kind.
func (s *said) checkForeign(o *object) {
	for _, r := range s.configured {
		if slices.ContainsFunc(r.objects, o.selectedBy) && slices.ContainsFunc(s.charts, func(c *chart) bool { return slices.Contains(r.deps, c.name) }) {
			return
		}
	}
	s.complain(o.at, "%s of %s waits for no helm_resource, so it may be applied before its kind is known", o, o.group())
}

func (s *said) checkKinds() {
	transformations := 0
	for _, o := range s.objects {
		if o.kind() == "Transformation" {
			transformations++
			if !slices.ContainsFunc(s.kinds, func(k *kind) bool { return k.matches(o) && len(k.imagePaths) > 0 }) {
				s.complain(o.at, "no k8s_kind says where the image of %s is", o)
			}
		}
	}
	if transformations == 0 {
		s.complain("Tiltfile", "there is no Transformation: is the chart deployed?")
	}
	for _, k := range s.kinds {
		matched := false
		for _, o := range s.objects {
			if !k.matches(o) {
				continue
			}
			matched = true
			for _, p := range k.imagePaths {
				ref := repository(text(o.value(p)))
				if !slices.ContainsFunc(s.images, func(i *image) bool { return i.ref == ref }) {
					s.complain(k.at, "k8s_kind %s: %s of %s is %q, which no docker_build makes", k.kind, p, o, ref)
				}
			}
		}
		if !matched {
			s.complain(k.at, "k8s_kind %s: there is no such object", k.kind)
		}
	}
}

func (s *said) checkResources() {
	workloads, resources := s.workloads(), s.resources()
	for name, places := range grouped(resources) {
		if places > 1 {
			s.complain("Tiltfile", "%d resources are called %s", places, name)
		}
	}
	for _, r := range s.configured {
		switch {
		case r.workload != "" && !slices.Contains(workloads, r.workload):
			s.complain(r.at, "k8s_resource: there is no workload %s; there are %s", r.workload, strings.Join(workloads, ", "))
		case r.workload == "" && (r.newName == "" || len(r.objects) == 0):
			s.complain(r.at, "k8s_resource: without a workload, new_name and objects are needed")
		}
		for _, selector := range r.objects {
			found := 0
			for _, o := range s.objects {
				if o.selectedBy(selector) {
					found++
				}
			}
			if found != 1 {
				s.complain(r.at, "k8s_resource: %s means %d objects", selector, found)
			}
		}
		s.checkDeps(r.at, r.deps, resources)
	}
	for _, l := range s.local {
		s.checkDeps(l.at, l.deps, resources)
	}
}

func (s *said) checkDeps(at string, deps, resources []string) {
	for _, dep := range deps {
		if !slices.Contains(resources, dep) {
			s.complain(at, "resource_deps: there is no resource %s", dep)
		}
	}
}

func grouped(names []string) map[string]int {
	counts := map[string]int{}
	for _, name := range names {
		counts[name]++
	}
	return counts
}

func (s *said) checkCharts() {
	for _, c := range s.charts {
		at := slices.Index(c.flags, "--version")
		if at < 0 || at+1 >= len(c.flags) || !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(c.flags[at+1]) {
			s.complain(c.at, "helm_resource %s: its version is not pinned", c.name)
		}
		repo, _, found := strings.Cut(c.ref, "/")
		if found && !s.repos[repo] {
			s.complain(c.at, "helm_resource %s: there is no helm_repo %s", c.name, repo)
		} else if found && !slices.Contains(c.deps, repo) {
			s.complain(c.at, "helm_resource %s does not wait for its helm_repo %s", c.name, repo)
		}
	}
	for _, ref := range promisedCharts {
		if !slices.ContainsFunc(s.charts, func(c *chart) bool { return c.ref == ref }) {
			s.complain("Tiltfile", "%s is not installed", ref)
		}
	}
}

func (s *said) checkPorts() {
	forwards := s.forwards()
	for _, port := range slices.Sorted(maps.Keys(promisedPorts)) {
		if forwards[port] != promisedPorts[port] {
			s.complain("Tiltfile", "port %d should lead to %s, not to %q", port, promisedPorts[port], forwards[port])
		}
	}
	for _, r := range s.configured {
		for _, f := range r.forwards {
			port := f.container
			if port == 0 {
				port = f.local
			}
			if o := s.workload(r.workload); o != nil && !slices.Contains(o.ports(), port) {
				s.complain(r.at, "k8s_resource %s: no container has port %d", r.workload, port)
			}
		}
	}
}

func (s *said) workload(name string) *object {
	for _, o := range s.objects {
		if o.podSpec() != nil && o.name() == name {
			return o
		}
	}
	return nil
}

func (o *object) ports() []int {
	var found []int
	for _, c := range o.containers() {
		items, _ := c["ports"].([]any)
		for _, item := range items {
			if port, ok := dig(item, "containerPort").(float64); ok {
				found = append(found, int(port))
			}
		}
	}
	return found
}
