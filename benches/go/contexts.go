// The workloads with a context, as in src/contexts.rs.
package main

import (
	"context"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// far is a timeout that does not come while anything is measured, near one that is waited for.
	far, near = time.Hour, time.Millisecond
	// watched: one in so many children that come and go is looked at.
	watched = 64
	// value is what is found under the key that is looked for.
	value = uint64(7)
)

// node is a context with all it takes to end it.
type node struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func newNode(parent context.Context) (n node) {
	n.ctx, n.cancel = context.WithCancel(parent)
	return n
}

// contexts does ops operations of a shape with a context; false if it is no such shape.
func contexts(w workload, ops uint64, watch *stopwatch) (sent, received tally, found bool) {
	found = true
	switch w.shape {
	case "child":
		sent, received = children(ops, watch)
	case "timeout":
		sent, received = timeouts(ops, watch)
	case "timeout-awaited":
		sent, received = timeoutsAwaited(ops, watch)
	case "build-wide", "build-chain":
		sent, received = trees(w, ops, watch, &stopwatch{})
	case "cancel-wide", "cancel-chain":
		sent, received = trees(w, ops, &stopwatch{}, watch)
	case "wake":
		sent, received = wake(w.size, ops, watch)
	case "check":
		n := newNode(context.Background())
		sent, received = check(n, ops, watch)
	case "check-deadline":
		var n node
		n.ctx, n.cancel = context.WithTimeout(context.Background(), far)
		sent, received = check(n, ops, watch)
	case "value":
		sent, received = values(w.size, constant, ops, watch)
	case "value-types":
		sent, received = values(w.size, typed, ops, watch)
	default:
		found = false
	}
	return
}

// batch: a run does a multiple of this many operations.
func (w workload) batch() uint64 {
	switch w.shape {
	case "build-wide", "build-chain", "cancel-wide", "cancel-chain", "wake", "spawn",
		"ring", "sieve", "skynet", "join", "fan-out", "parked":
		return w.size
	}
	return 1
}

// witness looks at a child before its end and after.
func witness(child context.Context, cancel context.CancelFunc, number uint64, sent, received *tally) {
	sent.note(number)
	live := child.Err() == nil
	cancel()
	if live && child.Err() != nil {
		received.note(number)
	}
}

// The three loops that follow are not one, as the compiler is to see which function derives.

func children(ops uint64, watch *stopwatch) (sent, received tally) {
	root := newNode(context.Background())
	defer root.cancel()
	start := begin()
	for number := range ops {
		child, cancel := context.WithCancel(root.ctx)
		if number%watched == 0 {
			witness(child, cancel, number, &sent, &received)
		} else {
			cancel()
		}
	}
	watch.stop(start)
	return
}

func timeouts(ops uint64, watch *stopwatch) (sent, received tally) {
	root := newNode(context.Background())
	defer root.cancel()
	expire(root.ctx)
	start := begin()
	for number := range ops {
		child, cancel := context.WithTimeout(root.ctx, far)
		if number%watched == 0 {
			witness(child, cancel, number, &sent, &received)
		} else {
			cancel()
		}
	}
	watch.stop(start)
	return
}

func timeoutsAwaited(ops uint64, watch *stopwatch) (sent, received tally) {
	root := newNode(context.Background())
	defer root.cancel()
	expire(root.ctx)
	start := begin()
	for number := range ops {
		child, cancel := context.WithTimeout(root.ctx, far)
		select {
		case <-child.Done():
			fail("done before its time")
		default:
		}
		if number%watched == 0 {
			witness(child, cancel, number, &sent, &received)
		} else {
			cancel()
		}
	}
	watch.stop(start)
	return
}

// expire derives a child with a timeout and waits until it comes.
func expire(parent context.Context) {
	child, cancel := context.WithTimeout(parent, near)
	defer cancel()
	<-child.Done()
}

func trees(w workload, ops uint64, building, cancelling *stopwatch) (sent, received tally) {
	chain := w.shape == "build-chain" || w.shape == "cancel-chain"
	for range ops / w.size {
		root := newNode(context.Background())
		nodes := make([]node, 0, w.size)
		start := begin()
		parent := root.ctx
		for range w.size {
			n := newNode(parent)
			nodes = append(nodes, n)
			if chain {
				parent = n.ctx
			}
		}
		building.stop(start)
		if nodes[w.size-1].ctx.Err() != nil {
			fail("a child was done before its parent")
		}
		start = begin()
		root.cancel()
		cancelling.stop(start)
		for number, n := range nodes {
			sent.note(uint64(number))
			if n.ctx.Err() != nil {
				received.note(uint64(number))
			}
		}
	}
	return
}

func wake(size, ops uint64, watch *stopwatch) (sent, received tally) {
	woken := make([]uint64, size)
	for range ops / size {
		root := newNode(context.Background())
		var waiting atomic.Uint64
		var sleepers sync.WaitGroup
		sleepers.Add(int(size))
		for number := range size {
			sent.note(number)
			go func() {
				waiting.Add(1)
				<-root.ctx.Done()
				woken[number] = number
				sleepers.Done()
			}()
		}
		for waiting.Load() < size {
			runtime.Gosched()
		}
		start := begin()
		root.cancel()
		sleepers.Wait()
		watch.stop(start)
		for number := range woken {
			received.note(woken[number])
			woken[number] = 0
		}
	}
	return
}

// check is not inlined, so that the context is an interface as everywhere else.
//
//go:noinline
func check(n node, ops uint64, watch *stopwatch) (sent, received tally) {
	ctx := n.ctx
	start := begin()
	for range ops {
		sent.note(0)
		if ctx.Err() == nil {
			received.note(0)
		}
	}
	watch.stop(start)
	n.cancel()
	if ctx.Err() == nil {
		fail("not done after the cancel")
	}
	return
}

// key is the type of all keys, as where one package has many values.
type key uint64

func constant(number uint64) any { return key(number) }

// typed is a key of a type of its own, as where every package has one value.
func typed(number uint64) any {
	return reflect.Zero(reflect.ArrayOf(int(number), reflect.TypeFor[byte]())).Interface()
}

func values(size uint64, key func(number uint64) any, ops uint64, watch *stopwatch) (sent, received tally) {
	wanted := key(0)
	ctx := context.WithValue(context.Background(), wanted, value)
	for other := range size - 1 {
		ctx = context.WithValue(ctx, key(other+1), other)
	}
	return lookUp(ctx, wanted, ops, watch)
}

// lookUp is not inlined, for the reason that check is not.
//
//go:noinline
func lookUp(ctx context.Context, wanted any, ops uint64, watch *stopwatch) (sent, received tally) {
	start := begin()
	for range ops {
		sent.note(value)
		if found, ok := ctx.Value(wanted).(uint64); ok {
			received.note(found)
		}
	}
	watch.stop(start)
	return
}
