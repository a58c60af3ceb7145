// Go's side of the benches: one workload and one payload a process, as in src/child.rs.
//
// Contract: a run moves exactly ops values (round trips in ping-pong), numbered from 0, each task a
// goroutine, and compares what was sent with what arrived. Prints one line, "cpu wall,cpu,ops …"
// in ns, or ends with an error; what a shape weighs, if that is what counts, stands for the wall
// time. The shapes with a select are in selects.go, those with a context in contexts.go, those with a
// lock in locks.go and groups.go, those with many goroutines in networks.go and tasks.go. The
// unbounded queue, which Go does not have, is a slice under a mutex and a condition variable.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

const firstOps = 1000

// message is an array so that both sizes share the code: the number is at both ends, and the
// element of a channel is as large as in Rust.
type message interface{ [1]uint64 | [8]uint64 }

func pack[M message](number uint64) (m M) {
	m[0] = number
	m[len(m)-1] = number
	return m
}

func unpack[M message](m *M) uint64 { return (*m)[0] + (*m)[len(*m)-1] }

// tally is how many values passed a point, and their sum.
type tally struct{ count, sum uint64 }

func (t *tally) note(value uint64) {
	t.count++
	t.sum += value
}

func total(tallies []tally) (all tally) {
	for _, t := range tallies {
		all.count += t.count
		all.sum += t.sum
	}
	return all
}

type workload struct {
	shape                        string
	senders, receivers, capacity int    // of a channel, where negative is unbounded, of a semaphore, or of a group
	size                         uint64 // of contexts, tasks, values, stages, primes or leaves
}

// run does ops operations and tells what was sent and what was received.
func run[M message](w workload, ops uint64) (sent, received tally) {
	switch {
	case w.shape == "ping-pong":
		return pingPong[M](w.capacity, ops)
	case w.shape == "flow" && w.capacity < 0:
		return flowUnbounded[M](w, ops)
	case w.shape == "flow":
		return flow[M](w, ops)
	case w.shape == "self-try":
		return selfTry[M](w.capacity, ops)
	case w.shape == "self-async":
		return selfSendRecv[M](w.capacity, ops)
	}
	if sent, received, found := locking(w, ops); found {
		return sent, received
	}
	if sent, received, found := grouping(w, ops); found {
		return sent, received
	}
	if sent, received, found := networking(w, ops); found {
		return sent, received
	}
	if sent, received, found := tasking(w, ops); found {
		return sent, received
	}
	return selecting[M](w, ops)
}

// values is how many a run moves.
func (w workload) values(ops uint64) uint64 {
	switch w.shape {
	case "default", "add-done":
		return 1
	case "child", "timeout", "timeout-awaited":
		return (ops + watched - 1) / watched
	}
	return ops
}

func pingPong[M message](capacity int, ops uint64) (sent, received tally) {
	ping, pong := make(chan M, capacity), make(chan M, capacity)
	var tasks sync.WaitGroup
	tasks.Go(func() {
		for m := range ping {
			pong <- m
		}
	})
	tasks.Go(func() {
		for number := range ops {
			m := pack[M](number)
			sent.note(unpack(&m))
			ping <- m
			m = <-pong
			received.note(unpack(&m))
		}
		close(ping)
	})
	tasks.Wait()
	return
}

// share is the numbers that fall to one of the senders; together they are exactly 0..ops.
func share(ops, parts, index uint64) (start, end uint64) {
	from := func(index uint64) uint64 { return index*(ops/parts) + min(index, ops%parts) }
	return from(index), from(index + 1)
}

// spread runs the receivers and the senders as goroutines, and calls closed between their ends.
func spread(w workload, ops uint64, feed func(start, end uint64) tally, closed func(), drain func() tally) (sent, received tally) {
	sents, receiveds := make([]tally, w.senders), make([]tally, w.receivers)
	var sending, receiving sync.WaitGroup
	for i := range receiveds {
		receiving.Go(func() { receiveds[i] = drain() })
	}
	for i := range sents {
		sending.Go(func() { sents[i] = feed(share(ops, uint64(w.senders), uint64(i))) })
	}
	sending.Wait()
	closed()
	receiving.Wait()
	return total(sents), total(receiveds)
}

func flow[M message](w workload, ops uint64) (sent, received tally) {
	c := make(chan M, w.capacity)
	feed := func(start, end uint64) (sent tally) {
		for number := start; number < end; number++ {
			m := pack[M](number)
			sent.note(unpack(&m))
			c <- m
		}
		return sent
	}
	drain := func() (received tally) {
		for m := range c {
			received.note(unpack(&m))
		}
		return received
	}
	return spread(w, ops, feed, func() { close(c) }, drain)
}

// queue is what a Go program uses where it wants no bound.
type queue[M message] struct {
	mu       sync.Mutex
	nonEmpty sync.Cond
	messages []M
	closed   bool
}

func (q *queue[M]) push(m M) {
	q.mu.Lock()
	q.messages = append(q.messages, m)
	q.mu.Unlock()
	q.nonEmpty.Signal()
}

func (q *queue[M]) pop() (m M, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.messages) == 0 {
		if q.closed {
			return m, false
		}
		q.nonEmpty.Wait()
	}
	m = q.messages[0]
	q.messages = q.messages[1:]
	return m, true
}

func (q *queue[M]) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.nonEmpty.Broadcast()
}

func flowUnbounded[M message](w workload, ops uint64) (sent, received tally) {
	q := &queue[M]{}
	q.nonEmpty.L = &q.mu
	feed := func(start, end uint64) (sent tally) {
		for number := start; number < end; number++ {
			m := pack[M](number)
			sent.note(unpack(&m))
			q.push(m)
		}
		return sent
	}
	drain := func() (received tally) {
		for m, ok := q.pop(); ok; m, ok = q.pop() {
			received.note(unpack(&m))
		}
		return received
	}
	return spread(w, ops, feed, q.close, drain)
}

func selfTry[M message](capacity int, ops uint64) (sent, received tally) {
	c := make(chan M, capacity)
	for number := range ops {
		m := pack[M](number)
		sent.note(unpack(&m))
		select {
		case c <- m:
		default:
			fail("an empty channel had no room")
		}
		select {
		case m = <-c:
		default:
			fail("a value that was sent is not there")
		}
		received.note(unpack(&m))
	}
	return
}

func selfSendRecv[M message](capacity int, ops uint64) (sent, received tally) {
	c := make(chan M, capacity)
	for number := range ops {
		m := pack[M](number)
		sent.note(unpack(&m))
		c <- m
		m = <-c
		received.note(unpack(&m))
	}
	return
}

// stopwatch is what the timed parts of a run took. The clock of the CPU is read outside of that of
// the wall, as it costs a system call.
type stopwatch struct{ wall, cpu time.Duration }

type mark struct {
	cpu  time.Duration
	wall time.Time
}

func begin() mark {
	cpu := cpuTime()
	return mark{cpu, time.Now()}
}

func (s *stopwatch) stop(start mark) {
	s.wall += time.Since(start.wall)
	s.cpu += cpuTime() - start.cpu
}

type repetition struct {
	cost uint64 // wall time in ns, or bytes
	cpu  time.Duration
	ops  uint64
}

func once[M message](w workload, ops uint64) repetition {
	ops = (ops + w.batch() - 1) / w.batch() * w.batch()
	var watch stopwatch
	var weight uint64
	sent, received, found := contexts(w, ops, &watch)
	switch {
	case w.weighs():
		sent, received, weight = parked(w.size)
	case !found:
		start := begin()
		sent, received = run[M](w, ops)
		watch.stop(start)
	}
	if sent.count != w.values(ops) || sent != received {
		fail("%d operations: sent %v, but received %v", ops, sent, received)
	}
	if w.weighs() {
		return repetition{weight, watch.cpu, ops}
	}
	return repetition{uint64(watch.wall), watch.cpu, ops}
}

// calibrate warms up with longer and longer runs, until one tells how many operations fit.
func calibrate[M message](w workload, goal time.Duration) uint64 {
	ops := uint64(firstOps)
	for {
		fits := float64(goal) / float64(once[M](w, ops).cost)
		if fits <= 2 {
			return scale(ops, fits)
		}
		ops = scale(ops, min(fits, 8)/1.5)
	}
}

func scale(ops uint64, factor float64) uint64 {
	return max(uint64(float64(ops)*factor), firstOps)
}

func measure[M message](w workload, goal time.Duration, repetitions int, fixedOps uint64) (line []repetition) {
	if fixedOps > 0 {
		return []repetition{once[M](w, fixedOps)}
	}
	if w.weighs() {
		return []repetition{once[M](w, w.size)}
	}
	ops := calibrate[M](w, goal)
	for range repetitions {
		line = append(line, once[M](w, ops))
	}
	return line
}

// cpuTime is what this process has used so far, user and system, all threads.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail("getrusage: %v", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func main() {
	var w workload
	flag.StringVar(&w.shape, "shape", "flow", "ping-pong, flow, self-try, self-async, or one with a select, a context, a lock or many tasks")
	flag.IntVar(&w.senders, "senders", 1, "sending goroutines of a flow")
	flag.IntVar(&w.receivers, "receivers", 1, "receiving goroutines of a flow")
	flag.IntVar(&w.capacity, "capacity", 0, "capacity of a channel, negative for unbounded, of a semaphore or of a group")
	flag.Uint64Var(&w.size, "size", 1, "contexts of a tree, tasks, values, stages, primes or leaves")
	payload := flag.String("payload", "u64", "u64 or b64")
	goal := flag.Duration("goal", 40*time.Millisecond, "how long a measured run should take")
	repetitions := flag.Int("repetitions", 2, "measured runs")
	fixedOps := flag.Uint64("fixed-ops", 0, "run exactly this many operations, once")
	workers := flag.Int("workers", 2, "GOMAXPROCS")
	limit := flag.Duration("limit", time.Minute, "a process that takes longer hangs")
	flag.Parse()

	runtime.GOMAXPROCS(*workers)
	time.AfterFunc(*limit, func() { fail("hangs: not finished after %v", *limit) })
	var line []repetition
	switch *payload {
	case "u64":
		line = measure[[1]uint64](w, *goal, *repetitions, *fixedOps)
	case "b64":
		line = measure[[8]uint64](w, *goal, *repetitions, *fixedOps)
	default:
		fail("no such payload: %s", *payload)
	}

	words := []string{fmt.Sprint(cpuTime().Nanoseconds())}
	for _, r := range line {
		words = append(words, fmt.Sprintf("%d,%d,%d", r.cost, r.cpu.Nanoseconds(), r.ops))
	}
	fmt.Println(strings.Join(words, " "))
}
