package main

import (
	"fmt"

	"go.starlark.net/starlark"
)

func (s *said) dockerBuild(c *call) (starlark.Value, error) {
	i := &image{at: c.at, dockerfile: "Dockerfile"}
	var contents content
	var only, ignore, others words
	var buildArgs *starlark.Dict
	var steps *starlark.List
	var flag bool
	var text string
	if err := c.unpack("docker_build", "ref", &i.ref, "context", &i.context, "build_args?", &buildArgs, "dockerfile?", &i.dockerfile,
		"dockerfile_contents?", &contents, "cache?", &others, "live_update?", &steps, "match_in_env_vars?", &flag, "ignore?", &ignore,
		"only?", &only, "entrypoint?", &others, "container_args?", &others, "target?", &i.target, "ssh?", &others, "secret?", &others,
		"network?", &text, "extra_tag?", &others, "cache_from?", &others, "pull?", &flag, "platform?", &text, "extra_hosts?", &others); err != nil {
		return nil, err
	}
	i.only, i.ignore = only, ignore
	if steps != nil {
		for n := range steps.Len() {
			one, ok := steps.Index(n).(*step)
			if !ok {
				return nil, fmt.Errorf("live_update: got %s, want a live update step", steps.Index(n).Type())
			}
			i.steps = append(i.steps, one)
		}
	}
	s.images = append(s.images, i)
	return starlark.None, nil
}

func (s *said) sync(c *call) (starlark.Value, error) {
	one := &step{at: c.at, does: "sync"}
	err := c.unpack("sync", "local_path", &one.local, "remote_path", &one.remote)
	return one, err
}

func (s *said) run(c *call) (starlark.Value, error) {
	one := &step{at: c.at, does: "run"}
	var command, triggers words
	var echoOff bool
	err := c.unpack("run", "cmd", &command, "trigger?", &triggers, "echo_off?", &echoOff)
	one.paths = triggers
	return one, err
}

func (s *said) fallBackOn(c *call) (starlark.Value, error) {
	one := &step{at: c.at, does: "fall_back_on"}
	var paths words
	err := c.unpack("fall_back_on", "paths", &paths)
	one.paths = paths
	return one, err
}
