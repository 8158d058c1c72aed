// Executes the Tiltfile without Tilt, with stand-ins for Tilt's functions, and says what Tilt, Docker or Kubernetes would
// find wrong with it: `npm run check:tilt`.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . TILTFILE")
		os.Exit(2)
	}
	path := os.Args[1]
	source, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	said, err := evaluate(filepath.Base(path), source, filepath.Dir(path))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	wrong := said.check()
	for _, complaint := range wrong {
		fmt.Fprintln(os.Stderr, complaint)
	}
	if len(wrong) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%s: %d images, %d Kubernetes objects, %d resources, %d forwarded ports, %d buttons: all right\n",
		path, len(said.images), len(said.objects), len(said.resources()), len(said.forwards()), len(said.buttons))
}
