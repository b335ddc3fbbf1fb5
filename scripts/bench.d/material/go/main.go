// What go-vcr's own Load and Save cost, in CPU time of the process.
//
//	bench load NAME    reads NAME.yaml
//	bench save NAME    reads it, and counts writing it anew
//	bench each NAME    counts writing each of its interactions alone: the least of five
//
// Prints {"ms": [...], "peak_mb": ...}; the peak is the whole process's.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v4"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(mode, name string) error {
	began := cpu()
	loaded, err := cassette.Load(name)
	if err != nil {
		return err
	}
	spent := []float64{cpu() - began}
	switch mode {
	case "save":
		spent, err = save(name, loaded.Interactions)
	case "each":
		spent, err = each(name, loaded.Interactions)
	}
	if err != nil {
		return err
	}
	answer := map[string]any{"ms": spent, "peak_mb": peak()}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

func save(name string, interactions []*cassette.Interaction) ([]float64, error) {
	fresh := cassette.New(filepath.Join(filepath.Dir(name), "written-by-go"))
	fresh.MarshalFunc = yaml.Marshal // The recorder's default.
	for _, i := range interactions {
		fresh.AddInteraction(i)
	}
	began := cpu()
	err := fresh.Save()
	return []float64{cpu() - began}, err
}

func each(name string, interactions []*cassette.Interaction) ([]float64, error) {
	spent := []float64{}
	for _, i := range interactions {
		least := 0.0
		for range 5 {
			found, err := save(name, []*cassette.Interaction{i})
			if err != nil {
				return nil, err
			}
			if least == 0 || found[0] < least {
				least = found[0]
			}
		}
		spent = append(spent, least)
	}
	return spent, nil
}

func usage() syscall.Rusage {
	var found syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &found); err != nil {
		panic(err)
	}
	return found
}

// Maxrss would count what the parent held when it forked.
func peak() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return float64(usage().Maxrss) / (1 << 20) // macOS: bytes.
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes := 0
	fmt.Sscan(rest, &kilobytes)
	return float64(kilobytes) / 1024
}

func cpu() float64 {
	found := usage()
	return float64(found.Utime.Nano()+found.Stime.Nano()) / 1e6
}
