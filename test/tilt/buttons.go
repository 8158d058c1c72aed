package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// promisedButtons are the texts on them.
var promisedButtons = []string{"load sample set 1", "load sample set 2", "run dbt now"}

func (s *said) checkButtons() {
	resources := s.resources()
	names := map[string]bool{}
	for _, b := range s.buttons {
		if names[b.name] {
			s.complain(b.at, "cmd_button: %s is there twice", b.name)
		}
		names[b.name] = true
		if b.resource != "" && !slices.Contains(resources, b.resource) {
			s.complain(b.at, "cmd_button %s: there is no resource %s", b.name, b.resource)
		}
		s.checkCommand(b)
	}
	for _, label := range promisedButtons {
		if !slices.ContainsFunc(s.buttons, func(b *button) bool { return b.text == label }) {
			s.complain("Tiltfile", "there is no button %q", label)
		}
	}
}

var (
	targetWord  = regexp.MustCompile(`(?:^|\s)(deploy|transformations\.waymark\.dev)[/ ]([a-z0-9-]+)`)
	targetKinds = map[string]string{"deploy": "Deployment", "transformations.waymark.dev": "Transformation"}
	pathWord    = regexp.MustCompile(`(?:^|\s)((?:samples|src|feeds|dbt)/\S+)`)
)

// checkCommand looks at what a button's command is about: the object, the container and the files in it.
func (s *said) checkCommand(b *button) {
	command := strings.Join(b.argv, " ")
	for _, match := range targetWord.FindAllStringSubmatch(command, -1) {
		at := slices.IndexFunc(s.objects, func(o *object) bool { return o.kind() == targetKinds[match[1]] && o.name() == match[2] })
		if at < 0 {
			s.complain(b.at, "cmd_button %s: there is no %s %s", b.name, targetKinds[match[1]], match[2])
			continue
		}
		o := s.objects[at]
		if !strings.Contains(command, "-n "+o.namespace()+" ") {
			s.complain(b.at, "cmd_button %s: %s is in the namespace %s", b.name, o, o.namespace())
		}
		if c := slices.Index(b.argv, "-c"); c >= 0 && slices.Contains(b.argv, "exec") && o.container(b.argv[c+1]) == nil {
			s.complain(b.at, "cmd_button %s: %s has no container %s", b.name, o, b.argv[c+1])
		}
	}
	for _, match := range pathWord.FindAllStringSubmatch(command, -1) {
		s.path(b.at, fmt.Sprintf("cmd_button %s", b.name), match[1])
	}
}
