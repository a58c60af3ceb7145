// The workloads that are about starting goroutines and waiting for them, as in src/tasks.rs.
package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// tasking does ops operations of a shape that starts and waits; false if it is no such shape.
func tasking(w workload, ops uint64) (sent, received tally, found bool) {
	switch w.shape {
	case "join":
		sent, received = join(w.size, ops)
	case "fan-out":
		sent, received = fanOut(w, ops)
	default:
		return
	}
	return sent, received, true
}

// gather runs the tasks of every round, and adds up what they have written to their places.
func gather(size, ops uint64, round func(number uint64, results []uint64)) (sent, received tally) {
	for number := range ops / size {
		results := make([]uint64, size)
		round(number, results)
		for _, result := range results {
			received.note(result)
		}
		sent = total([]tally{sent, all(size)})
	}
	return
}

func join(size, ops uint64) (sent, received tally) {
	return gather(size, ops, func(_ uint64, results []uint64) {
		var tasks sync.WaitGroup
		for number := range size {
			tasks.Go(func() { results[number] = number })
		}
		tasks.Wait()
	})
}

// errGroup is made of the same parts as that of x/sync, which is outside of the standard library: a
// wait group, a channel as a semaphore, and the first error kept by a Once.
type errGroup struct {
	tasks  sync.WaitGroup
	places chan struct{}
	first  sync.Once
	err    error
}

func newErrGroup(limit int) *errGroup { return &errGroup{places: make(chan struct{}, limit)} }

// start waits for a place first.
func (g *errGroup) start(task func() error) {
	g.places <- struct{}{}
	g.tasks.Add(1)
	go func() {
		defer g.end()
		if err := task(); err != nil {
			g.first.Do(func() { g.err = err })
		}
	}()
}

func (g *errGroup) end() {
	<-g.places
	g.tasks.Done()
}

func (g *errGroup) wait() error {
	g.tasks.Wait()
	return g.err
}

func fanOut(w workload, ops uint64) (sent, received tally) {
	var taken atomic.Int64
	return gather(w.size, ops, func(round uint64, results []uint64) {
		group := newErrGroup(w.capacity)
		watched := round%seldom == 0
		for number := range w.size {
			group.start(func() error {
				if watched {
					allowed := taken.Add(1) <= int64(w.capacity)
					runtime.Gosched()
					taken.Add(-1)
					if !allowed {
						results[number] = ^uint64(0)
						return nil
					}
				}
				results[number] = number
				return nil
			})
		}
		if err := group.wait(); err != nil {
			fail("an error that nobody made: %v", err)
		}
	})
}

// weighs: what counts in the shape is memory, in the first run of a process.
func (w workload) weighs() bool { return w.shape == "parked" }

// parked weighs the goroutines when all of them wait, each on a channel of its own.
func parked(size uint64) (sent, received tally, weight uint64) {
	var waiting, ended atomic.Uint64
	var sum atomic.Uint64
	before := memory()
	keys := make([]chan struct{}, size)
	for number := range keys {
		key := make(chan struct{})
		keys[number] = key
		go func() {
			waiting.Add(1)
			<-key
			sum.Add(uint64(number))
			ended.Add(1)
		}()
	}
	for waiting.Load() < size {
		runtime.Gosched()
	}
	early := ended.Load()
	if after := memory(); after > before {
		weight = after - before
	}
	for _, key := range keys {
		close(key)
	}
	for ended.Load() < size {
		runtime.Gosched()
	}
	return all(size), tally{size - early, sum.Load()}, weight
}

// memory is what this process has, in bytes.
func memory() uint64 {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		fail("%v", err)
	}
	pages, err := strconv.ParseUint(string(bytes.Fields(statm)[1]), 10, 64)
	if err != nil {
		fail("/proc/self/statm: %v", err)
	}
	return pages * uint64(os.Getpagesize())
}
