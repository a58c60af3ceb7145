// The workloads with a lock or a semaphore, as in src/locks.rs.
package main

import (
	"container/list"
	"context"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	// seldom: one in so many operations is looked at while it has units of a semaphore.
	seldom = 64
	// written: one in so many operations writes, where most read.
	written = 16
)

// guarded is what a lock guards.
type guarded struct{ count, sum, mixed, check uint64 }

func (g *guarded) note(number uint64) {
	g.count++
	g.sum += number
	g.mixed = bits.RotateLeft64(g.mixed^g.sum, 7)
	g.check = g.mixed + g.sum
}

func (g *guarded) whole() bool { return g.check == g.mixed+g.sum }

func (g *guarded) tally() tally { return tally{g.count, g.sum} }

// locking does ops operations of a shape with a lock or a semaphore; false if it is no such shape.
func locking(w workload, ops uint64) (sent, received tally, found bool) {
	switch w.shape {
	case "mutex":
		received = mutex(w.size, ops, lockInTurn)
	case "mutex-yield":
		received = mutex(w.size, ops, lockAndYield)
	case "rw-read":
		received = rwMutex(w.size, ops, read)
	case "rw-write":
		received = rwMutex(w.size, ops, write)
	case "rw-mixed":
		received = rwMutex(w.size, ops, readOrWrite)
	case "semaphore":
		received = semaphore(w, ops, 1, 1, false)
	case "semaphore-yield":
		received = semaphore(w, ops, 1, 1, true)
	case "semaphore-3":
		received = semaphore(w, ops, 3, 3, false)
	case "semaphore-1-4":
		received = semaphore(w, ops, 1, 4, false)
	default:
		return
	}
	return all(ops), received, true
}

// all are the numbers that are shared out, from 0.
func all(ops uint64) tally { return tally{ops, ops * (ops - 1) / 2} }

// crowd starts the tasks, each with its index and its numbers, and adds up what they note.
func crowd(tasks, ops uint64, task func(index, start, end uint64) tally) tally {
	noted := make([]tally, tasks)
	var running sync.WaitGroup
	for index := range tasks {
		running.Go(func() {
			start, end := share(ops, tasks, index)
			noted[index] = task(index, start, end)
		})
	}
	running.Wait()
	return total(noted)
}

type underMutex struct {
	sync.Mutex
	guarded
}

func mutex(tasks, ops uint64, loop func(lock *underMutex, start, end uint64)) tally {
	lock := &underMutex{}
	crowd(tasks, ops, func(_, start, end uint64) (none tally) {
		loop(lock, start, end)
		return none
	})
	return lock.tally()
}

func lockInTurn(lock *underMutex, start, end uint64) {
	for number := start; number < end; number++ {
		lock.Lock()
		lock.note(number)
		lock.Unlock()
	}
}

func lockAndYield(lock *underMutex, start, end uint64) {
	for number := start; number < end; number++ {
		lock.Lock()
		lock.note(number)
		runtime.Gosched()
		lock.Unlock()
	}
}

type underRWMutex struct {
	sync.RWMutex
	guarded
}

func rwMutex(tasks, ops uint64, loop func(lock *underRWMutex, start, end uint64) tally) tally {
	lock := &underRWMutex{}
	noted := crowd(tasks, ops, func(_, start, end uint64) tally { return loop(lock, start, end) })
	return total([]tally{noted, lock.tally()})
}

func read(lock *underRWMutex, start, end uint64) (read tally) {
	for number := start; number < end; number++ {
		lock.RLock()
		whole := lock.whole()
		lock.RUnlock()
		if whole {
			read.note(number)
		}
	}
	return read
}

func write(lock *underRWMutex, start, end uint64) (none tally) {
	for number := start; number < end; number++ {
		lock.Lock()
		lock.note(number)
		lock.Unlock()
	}
	return none
}

func readOrWrite(lock *underRWMutex, start, end uint64) (read tally) {
	for number := start; number < end; number++ {
		if number%written == 0 {
			lock.Lock()
			lock.note(number)
			lock.Unlock()
			continue
		}
		lock.RLock()
		whole := lock.whole()
		lock.RUnlock()
		if whole {
			read.note(number)
		}
	}
	return read
}

// weighted is a semaphore made as that of x/sync is: units under a mutex, a line of those who wait,
// and a channel for each of them that is closed when it has its units.
type weighted struct {
	mu   sync.Mutex
	left int
	line list.List // of place
}

type place struct {
	units    int
	admitted chan struct{}
}

// acquire is false, with nothing taken, if the context ends first.
func (s *weighted) acquire(ctx context.Context, units int) bool {
	done := ctx.Done()
	s.mu.Lock()
	select {
	case <-done:
		s.mu.Unlock()
		return false
	default:
	}
	if s.line.Len() == 0 && units <= s.left {
		s.left -= units
		s.mu.Unlock()
		return true
	}
	admitted := make(chan struct{})
	element := s.line.PushBack(place{units, admitted})
	s.mu.Unlock()
	select {
	case <-admitted:
		return true
	case <-done:
		s.giveUp(element, admitted, units)
		return false
	}
}

func (s *weighted) giveUp(element *list.Element, admitted chan struct{}, units int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-admitted:
		s.left += units
	default:
		s.line.Remove(element)
	}
	s.admit()
}

func (s *weighted) release(units int) {
	s.mu.Lock()
	s.left += units
	s.admit()
	s.mu.Unlock()
}

// admit lets those in who are first in the line, as far as there are units.
func (s *weighted) admit() {
	for first := s.line.Front(); first != nil; first = s.line.Front() {
		next := first.Value.(place)
		if next.units > s.left {
			return
		}
		s.left -= next.units
		s.line.Remove(first)
		close(next.admitted)
	}
}

// semaphore: each task takes another number of units, from least to most.
func semaphore(w workload, ops uint64, least, most int, yields bool) tally {
	room := &weighted{left: w.capacity}
	var taken atomic.Int64
	return crowd(w.size, ops, func(index, start, end uint64) tally {
		units := least + int(index)%(most-least+1)
		return acquireInTurn(room, &taken, units, w.capacity, yields, start, end)
	})
}

func acquireInTurn(room *weighted, taken *atomic.Int64, units, capacity int, yields bool, start, end uint64) tally {
	ctx := context.Background()
	var own guarded
	for number := start; number < end; number++ {
		granted := room.acquire(ctx, units)
		watched := number%seldom == 0
		if granted && (!watched || taken.Add(int64(units)) <= int64(capacity)) {
			own.note(number)
		}
		if yields {
			runtime.Gosched()
		}
		if watched {
			taken.Add(-int64(units))
		}
		room.release(units)
	}
	return own.tally()
}
