// Package rounds sends requests over and over, as it is commanded, and measures them.
package rounds

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// URLs reads a file with one URL a line.
func URLs(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	return strings.Fields(string(text)), err
}

// Run prints "ready" and reads one command from each line of the input: "N SECONDS" sends
// the next N requests of a list of so many, which begins anew at its end, or as many as
// there is time for. Of each command it prints one line of JSON: {"sent": n, "seconds": s,
// "p50": ms, "p99": ms, "longest": ms, "cpu_us": this process's, for each request}. ask
// sends one request as one of so many workers.
func Run(workers, requests int, ask func(worker, request int) error) error {
	fmt.Println("ready")
	next := 0
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var count int
		var seconds float64
		if _, err := fmt.Sscan(lines.Text(), &count, &seconds); err != nil {
			return err
		}
		began, spent := time.Now(), cpu()
		until := began.Add(time.Duration(seconds * float64(time.Second)))
		first := next
		took, err := round(workers, count, until, func(worker, number int) error {
			return ask(worker, (first+number)%requests)
		})
		if err != nil {
			return err
		}
		next += len(took)
		if err := say(took, time.Since(began), cpu()-spent); err != nil {
			return err
		}
	}
	return nil
}

// round returns how many ms each request took. A worker that is free takes the next one.
func round(workers, count int, until time.Time, ask func(worker, number int) error) ([]float64, error) {
	var taken atomic.Int64
	var working sync.WaitGroup
	took, failed := make([][]float64, workers), make([]error, workers)
	for worker := range workers {
		working.Add(1)
		go func() {
			defer working.Done()
			for time.Now().Before(until) {
				number := int(taken.Add(1)) - 1
				if number >= count {
					return
				}
				sent := time.Now()
				if failed[worker] = ask(worker, number); failed[worker] != nil {
					return
				}
				took[worker] = append(took[worker], float64(time.Since(sent))/1e6)
			}
		}()
	}
	working.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(took...), nil
}

func say(took []float64, lasted time.Duration, spent float64) error {
	slices.Sort(took)
	at := func(share float64) float64 { return took[int(share*float64(len(took)-1))] }
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"sent": len(took), "seconds": lasted.Seconds(), "cpu_us": spent / float64(len(took)),
		"p50": at(0.5), "p99": at(0.99), "longest": at(1),
	})
}

func cpu() float64 {
	var found syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &found); err != nil {
		panic(err)
	}
	return float64(found.Utime.Nano()+found.Stime.Nano()) / 1e3
}
