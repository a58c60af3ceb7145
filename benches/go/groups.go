// The workloads with a wait group or a single flight, as in src/groups.rs.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	// hotKey is the one that all ask for, hotValue what they get.
	hotKey   = "hot"
	hotValue = uint64(7)
)

// grouping does ops operations of a shape with a wait group or a single flight; false if it is no
// such shape.
func grouping(w workload, ops uint64) (sent, received tally, found bool) {
	found = true
	switch w.shape {
	case "add-done":
		sent, received = addDone(ops)
	case "spawn":
		sent, received = spawn(w.size, ops)
	case "single-flight":
		sent, received = all(ops), singleFlight(w.size, ops)
	default:
		found = false
	}
	return
}

func addDone(ops uint64) (sent, received tally) {
	group := &sync.WaitGroup{}
	for range ops {
		group.Add(1)
		group.Done()
	}
	// One that is kept, to see that it would have been waited for.
	var kept, early atomic.Bool
	sent.note(ops)
	kept.Store(true)
	group.Add(1)
	waited := make(chan struct{})
	go func() {
		group.Wait()
		early.Store(kept.Load())
		close(waited)
	}()
	runtime.Gosched()
	kept.Store(false)
	group.Done()
	<-waited
	if !early.Load() {
		received.note(ops)
	}
	return
}

func spawn(size, ops uint64) (sent, received tally) {
	for range ops / size {
		var group sync.WaitGroup
		var done atomic.Uint64
		for number := range size {
			group.Go(func() { done.Add(number + 1) })
			sent.note(number + 1)
		}
		group.Wait()
		received.count += size
		received.sum += done.Load()
	}
	return
}

// flights is a single flight made as that of x/sync is: the calls under way by their keys, under a
// mutex, each with a wait group for those who join it.
type flights struct {
	mu    sync.Mutex
	calls map[string]*call
}

type call struct {
	landed sync.WaitGroup
	value  any
	err    error
	joined int
}

// do runs the work, or waits for a call that does; shared if there were several.
func (f *flights) do(key string, work func() (any, error)) (value any, err error, shared bool) {
	f.mu.Lock()
	if f.calls == nil {
		f.calls = make(map[string]*call)
	}
	if c, ok := f.calls[key]; ok {
		c.joined++
		f.mu.Unlock()
		c.landed.Wait()
		return c.value, c.err, true
	}
	c := &call{}
	c.landed.Add(1)
	f.calls[key] = c
	f.mu.Unlock()

	c.value, c.err = work()

	f.mu.Lock()
	c.landed.Done()
	delete(f.calls, key)
	shared = c.joined > 0
	f.mu.Unlock()
	return c.value, c.err, shared
}

func singleFlight(tasks, ops uint64) tally {
	flight := &flights{}
	var live atomic.Bool
	return crowd(tasks, ops, func(_, start, end uint64) (answered tally) {
		for number := start; number < end; number++ {
			value, err, _ := flight.do(hotKey, func() (any, error) { return find(&live), nil })
			if err == nil && value.(uint64) == hotValue {
				answered.note(number)
			}
		}
		return answered
	})
}

// find finds the value, unless others do so at the same time.
func find(live *atomic.Bool) uint64 {
	alone := !live.Swap(true)
	runtime.Gosched()
	live.Store(false)
	if alone {
		return hotValue
	}
	return 0
}
