package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// said is what a Tiltfile told Tilt to do, each part with the place where it stands.
type said struct {
	root       string // directory of the Tiltfile, to which its paths are relative
	complaints []string
	images     []*image
	objects    []*object
	kinds      []*kind
	configured []*k8sResource
	local      []*localResource
	charts     []*chart
	repos      map[string]bool
	buttons    []*button
}

type image struct {
	at                       string
	ref, context, dockerfile string
	target                   string
	only, ignore             []string
	steps                    []*step
}

// step is one of a live_update.
type step struct {
	starlark.NoneType
	at, does, local, remote string
	paths                   []string
}

func (*step) String() string { return "live_update_step" }
func (*step) Type() string   { return "live_update_step" }

type forward struct {
	starlark.NoneType
	local, container int
}

func (*forward) String() string { return "port_forward" }
func (*forward) Type() string   { return "port_forward" }

type kind struct {
	at, kind, apiVersion string
	imagePaths           []string
}

type k8sResource struct {
	at, workload, newName string
	objects, deps         []string
	forwards              []*forward
}

type localResource struct {
	at, name string
	deps     []string
	serve    string
}

type chart struct {
	at, name, ref string
	flags, deps   []string
}

type button struct {
	at, name, resource, text string
	argv                     []string
}

// evaluate executes a Tiltfile whose paths are relative to root. The error is the first that would stop Tilt itself.
func evaluate(name string, source []byte, root string) (*said, error) {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	s := &said{root: absolute, repos: map[string]bool{}}
	thread := &starlark.Thread{Name: name, Load: s.load, Print: func(*starlark.Thread, string) {}}
	// The dialect of Tilt: loops at top level, sets, recursion.
	options := &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}
	if _, err := starlark.ExecFileOptions(options, thread, name, source, s.builtins()); err != nil {
		if e, ok := err.(*starlark.EvalError); ok {
			return nil, fmt.Errorf("%s: %s", place(e.CallStack, name), e.Msg)
		}
		return nil, err
	}
	return s, nil
}

// place is the innermost position in the Tiltfile.
func place(stack starlark.CallStack, name string) string {
	for i := len(stack) - 1; i >= 0; i-- {
		if stack[i].Pos.Filename() == name {
			return stack[i].Pos.String()
		}
	}
	return name
}

func (s *said) complain(at, format string, args ...any) {
	s.complaints = append(s.complaints, at+": "+fmt.Sprintf(format, args...))
}

// path makes a path of the Tiltfile absolute and complains where nothing is there.
func (s *said) path(at, what, path string) string {
	full := path
	if !filepath.IsAbs(path) {
		full = filepath.Join(s.root, path)
	}
	if _, err := os.Stat(full); err != nil {
		s.complain(at, "%s: there is no %s", what, path)
	}
	return full
}

// resources are the names under which Tilt shows what it does, and what may be a resource_dep.
func (s *said) resources() []string {
	renamed := map[string]string{}
	var names []string
	for _, r := range s.configured {
		if r.workload != "" && r.newName != "" {
			renamed[r.workload] = r.newName
		} else if r.newName != "" {
			names = append(names, r.newName)
		}
	}
	for _, name := range s.workloads() {
		if other, ok := renamed[name]; ok {
			name = other
		}
		names = append(names, name)
	}
	for _, l := range s.local {
		names = append(names, l.name)
	}
	return names
}

// workloads are what Tilt makes a resource of by itself: objects that have pods or images, and Helm releases.
func (s *said) workloads() []string {
	var names []string
	for _, o := range s.objects {
		if o.podSpec() != nil || slices.ContainsFunc(s.kinds, func(k *kind) bool { return k.matches(o) }) {
			names = append(names, o.name())
		}
	}
	for _, c := range s.charts {
		names = append(names, c.name)
	}
	return names
}

// forwards are the ports that answer on this machine, with what is behind them.
func (s *said) forwards() map[int]string {
	found := map[int]string{}
	for _, r := range s.configured {
		for _, f := range r.forwards {
			found[f.local] = r.workload
		}
	}
	for _, l := range s.local {
		if _, port, target := portForwardCommand(l.serve); port != 0 {
			found[port] = target
		}
	}
	return found
}

// portForwardCommand reads `kubectl -n NAMESPACE port-forward TARGET LOCAL:REMOTE`.
func portForwardCommand(command string) (namespace string, port int, target string) {
	words := strings.Fields(command)
	at := slices.Index(words, "port-forward")
	if at < 0 || len(words) < at+3 {
		return "", 0, ""
	}
	if n := slices.Index(words, "-n"); n >= 0 && n+1 < len(words) {
		namespace = words[n+1]
	}
	fmt.Sscanf(words[at+2], "%d", &port)
	return namespace, port, words[at+1]
}
