// The workloads with several channels between goroutines, as in src/networks.rs.
package main

import "sync"

// branches at every fork of a tree.
const branches = 10

// networking does ops operations of a shape with several channels; false if it is no such shape.
func networking(w workload, ops uint64) (sent, received tally, found bool) {
	found = true
	switch w.shape {
	case "pool":
		sent, received = pool(w, ops)
	case "pipeline":
		sent, received = pipeline(w, ops)
	case "ring":
		sent, received = ring(w, ops)
	case "sieve":
		sent, received = sieve(w, ops)
	case "skynet":
		sent, received = skynet(w, ops)
	default:
		found = false
	}
	return
}

// source sends the numbers and closes.
func source(c chan<- uint64, start, end uint64, sent *tally) {
	for number := start; number < end; number++ {
		sent.note(number)
		c <- number
	}
	close(c)
}

func sink(c <-chan uint64) (received tally) {
	for number := range c {
		received.note(number)
	}
	return received
}

func pool(w workload, ops uint64) (sent, received tally) {
	jobs, results := make(chan uint64, w.capacity), make(chan uint64, w.capacity)
	var workers, ends sync.WaitGroup
	ends.Go(func() { received = sink(results) })
	for range w.size {
		workers.Go(func() {
			for job := range jobs {
				results <- job
			}
		})
	}
	ends.Go(func() { source(jobs, 0, ops, &sent) })
	workers.Wait()
	close(results)
	ends.Wait()
	return
}

func pipeline(w workload, ops uint64) (sent, received tally) {
	var tasks sync.WaitGroup
	first := make(chan uint64, w.capacity)
	last := first
	for range w.size {
		from, to := last, make(chan uint64, w.capacity)
		last = to
		tasks.Go(func() {
			for number := range from {
				to <- number
			}
			close(to)
		})
	}
	tasks.Go(func() { received = sink(last) })
	tasks.Go(func() { source(first, 0, ops, &sent) })
	tasks.Wait()
	return
}

// ring: each receives on its own channel and sends to the next; the first sends before it receives.
func ring(w workload, ops uint64) (sent, received tally) {
	laps := ops / w.size
	links := make([]chan uint64, w.size)
	for index := range links {
		links[index] = make(chan uint64, w.capacity)
	}
	sents, receiveds := make([]tally, w.size), make([]tally, w.size)
	var tasks sync.WaitGroup
	for index := range w.size {
		own, next := links[index], links[(index+1)%w.size]
		tasks.Go(func() {
			var sent, received tally
			for lap := range laps {
				if index > 0 {
					received.note(<-own)
				}
				sent.note(lap*w.size + index)
				next <- lap*w.size + index
				if index == 0 {
					received.note(<-own)
				}
			}
			sents[index], receiveds[index] = sent, received
		})
	}
	tasks.Wait()
	return total(sents), total(receiveds)
}

// sieve: a filter for each prime, which takes the first number for one, and lets those pass that it
// does not divide.
func sieve(w workload, ops uint64) (sent, received tally) {
	known := firstPrimes(w.size)
	for range ops / w.size {
		var tasks sync.WaitGroup
		primes := make([]uint64, w.size)
		first := make(chan uint64, w.capacity)
		last := first
		for index := range primes {
			from, to := last, make(chan uint64, w.capacity)
			last = to
			tasks.Go(func() {
				prime := <-from
				for number := range from {
					if number%prime != 0 {
						to <- number
					}
				}
				close(to)
				primes[index] = prime
			})
		}
		tasks.Go(func() { source(first, 2, known[len(known)-1]+1, &tally{}) })
		if sink(last) != (tally{}) {
			fail("a number passed all filters")
		}
		tasks.Wait()
		for index, prime := range known {
			sent.note(prime)
			received.note(primes[index])
		}
	}
	return
}

// firstPrimes are what the filters have to find.
func firstPrimes(count uint64) (primes []uint64) {
	for number := uint64(2); uint64(len(primes)) < count; number++ {
		if isPrime(number, primes) {
			primes = append(primes, number)
		}
	}
	return primes
}

func isPrime(number uint64, smaller []uint64) bool {
	for _, prime := range smaller {
		if prime*prime > number {
			break
		}
		if number%prime == 0 {
			return false
		}
	}
	return true
}

func skynet(w workload, ops uint64) (sent, received tally) {
	for range ops / w.size {
		root := make(chan uint64, w.capacity)
		go branch(root, w.capacity, 0, w.size)
		sent = total([]tally{sent, all(w.size)})
		received.count += w.size
		received.sum += <-root
	}
	return
}

// branch sends the sum of the leaves from first on.
func branch(up chan<- uint64, capacity int, first, leaves uint64) {
	if leaves == 1 {
		up <- first
		return
	}
	parts := make(chan uint64, capacity)
	share := leaves / branches
	for index := range uint64(branches) {
		go branch(parts, capacity, first+index*share, share)
	}
	var sum uint64
	for range branches {
		sum += <-parts
	}
	up <- sum
}
