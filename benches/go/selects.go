// The workloads with a select, as in src/selects.rs.
package main

import (
	"context"
	"sync"
)

// selecting does ops operations of a shape with a select.
func selecting[M message](w workload, ops uint64) (sent, received tally) {
	switch w.shape {
	case "ready-2":
		return ready2[M](w.capacity, ops)
	case "ready-8":
		return ready8[M](w.capacity, ops)
	case "hot-2":
		return hot(w.capacity, ops, drain2[M])
	case "hot-8":
		return hot(w.capacity, ops, drain8[M])
	case "send-receive":
		return sendReceive[M](w.capacity, ops)
	case "default":
		return orDefault[M](w.capacity, ops)
	case "cancel":
		done := make(chan struct{})
		return cancel(w.capacity, ops, func(c chan M) tally { return drainOrCancel(c, done) })
	case "cancel-context":
		ctx, end := context.WithCancel(context.Background())
		defer end()
		return cancel(w.capacity, ops, func(c chan M) tally { return drainUntilDone(c, ctx) })
	case "cancel-self":
		return cancelSelf[M](w.capacity, ops)
	}
	fail("no such shape: %s", w.shape)
	return
}

func channels[M message](capacity int) (all [8]chan M) {
	for i := range all {
		all[i] = make(chan M, capacity)
	}
	return all
}

// numbers are sent one after the other, none after the last.
type numbers struct{ next, end uint64 }

func post[M message](c chan M, numbers *numbers, sent *tally) {
	if numbers.next == numbers.end {
		return
	}
	m := pack[M](numbers.next)
	numbers.next++
	sent.note(unpack(&m))
	select {
	case c <- m:
	default:
		fail("an empty channel had no room")
	}
}

func ready2[M message](capacity int, ops uint64) (sent, received tally) {
	c := channels[M](capacity)
	left := numbers{0, ops}
	for _, c := range c[:2] {
		post(c, &left, &sent)
	}
	for range ops {
		var m M
		var from chan M
		select {
		case m = <-c[0]:
			from = c[0]
		case m = <-c[1]:
			from = c[1]
		}
		received.note(unpack(&m))
		post(from, &left, &sent)
	}
	return
}

func ready8[M message](capacity int, ops uint64) (sent, received tally) {
	c := channels[M](capacity)
	left := numbers{0, ops}
	for _, c := range c {
		post(c, &left, &sent)
	}
	for range ops {
		var m M
		var from chan M
		select {
		case m = <-c[0]:
			from = c[0]
		case m = <-c[1]:
			from = c[1]
		case m = <-c[2]:
			from = c[2]
		case m = <-c[3]:
			from = c[3]
		case m = <-c[4]:
			from = c[4]
		case m = <-c[5]:
			from = c[5]
		case m = <-c[6]:
			from = c[6]
		case m = <-c[7]:
			from = c[7]
		}
		received.note(unpack(&m))
		post(from, &left, &sent)
	}
	return
}

// feed sends all numbers and closes the channel.
func feed[M message](c chan M, ops uint64) (sent tally) {
	for number := range ops {
		m := pack[M](number)
		sent.note(unpack(&m))
		c <- m
	}
	close(c)
	return sent
}

func hot[M message](capacity int, ops uint64, drain func(*[8]chan M) tally) (sent, received tally) {
	c := channels[M](capacity)
	var tasks sync.WaitGroup
	tasks.Go(func() { received = drain(&c) })
	tasks.Go(func() { sent = feed(c[0], ops) })
	tasks.Wait()
	return
}

func drain2[M message](c *[8]chan M) (received tally) {
	c0, c1 := c[0], c[1]
	for {
		var m M
		var open bool
		select {
		case m, open = <-c0:
		case m, open = <-c1:
		}
		if !open {
			return received
		}
		received.note(unpack(&m))
	}
}

func drain8[M message](c *[8]chan M) (received tally) {
	c0, c1, c2, c3, c4, c5, c6, c7 := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
	for {
		var m M
		var open bool
		select {
		case m, open = <-c0:
		case m, open = <-c1:
		case m, open = <-c2:
		case m, open = <-c3:
		case m, open = <-c4:
		case m, open = <-c5:
		case m, open = <-c6:
		case m, open = <-c7:
		}
		if !open {
			return received
		}
		received.note(unpack(&m))
	}
}

func sendReceive[M message](capacity int, ops uint64) (sent, received tally) {
	there, back := make(chan M, capacity), make(chan M, capacity)
	var sents, receiveds [2]tally
	var tasks sync.WaitGroup
	middle, _ := share(ops, 2, 1)
	tasks.Go(func() {
		sents[0], receiveds[0] = trade(there, back, numbers{0, middle}, ops-middle)
	})
	tasks.Go(func() {
		sents[1], receiveds[1] = trade(back, there, numbers{middle, ops}, middle)
	})
	tasks.Wait()
	return total(sents[:]), total(receiveds[:])
}

// trade sends the numbers and receives so many others. A side that is done is nil, as is usual.
func trade[M message](to, from chan M, numbers numbers, expected uint64) (sent, received tally) {
	for {
		if numbers.next == numbers.end {
			to = nil
		}
		if expected == 0 {
			from = nil
		}
		if to == nil && from == nil {
			return
		}
		m := pack[M](numbers.next)
		select {
		case to <- m:
			sent.note(unpack(&m))
			numbers.next++
		case m = <-from:
			received.note(unpack(&m))
			expected--
		}
	}
}

func orDefault[M message](capacity int, ops uint64) (sent, received tally) {
	c := make(chan M, capacity)
	for range ops {
		select {
		case <-c:
			fail("a value that nobody sent")
		default:
		}
	}
	// One value, to see that the select would have found it.
	m := pack[M](ops)
	sent.note(unpack(&m))
	c <- m
	select {
	case m = <-c:
		received.note(unpack(&m))
	default:
	}
	return
}

func cancel[M message](capacity int, ops uint64, drain func(chan M) tally) (sent, received tally) {
	c := make(chan M, capacity)
	var tasks sync.WaitGroup
	tasks.Go(func() { received = drain(c) })
	tasks.Go(func() { sent = feed(c, ops) })
	tasks.Wait()
	return
}

func drainOrCancel[M message](c chan M, done chan struct{}) (received tally) {
	for {
		select {
		case m, open := <-c:
			if !open {
				return received
			}
			received.note(unpack(&m))
		case <-done:
			return received
		}
	}
}

func drainUntilDone[M message](c chan M, ctx context.Context) (received tally) {
	for {
		select {
		case m, open := <-c:
			if !open {
				return received
			}
			received.note(unpack(&m))
		case <-ctx.Done():
			return received
		}
	}
}

func cancelSelf[M message](capacity int, ops uint64) (sent, received tally) {
	c, done := make(chan M, capacity), make(chan struct{})
	for number := range ops {
		m := pack[M](number)
		sent.note(unpack(&m))
		c <- m
		select {
		case m = <-c:
			received.note(unpack(&m))
		case <-done:
			return
		}
	}
	return
}
