// What Go's channels and goroutines do where taut answers with an error, or with a type. Each
// statement about Go in docs/comparison.md is a test here, and each test stands there by its name,
// go::Test…; `cargo x peers` runs them and compares the two.
package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
)

const gone = "Go has changed: correct docs/comparison.md"

// panics says whether f does, and with what.
func panics(f func()) (what string, did bool) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			what, did = r.Error(), true
		case string:
			what, did = r, true
		}
	}()
	f()
	return "", false
}

// wantPanic fails the test unless f panics with a text that contains want.
func wantPanic(t *testing.T, want string, f func()) {
	t.Helper()
	if what, did := panics(f); !did || !strings.Contains(what, want) {
		t.Errorf("panicked: %v, with %q: %s", did, what, gone)
	}
}

func TestASendIntoAClosedChannelPanics(t *testing.T) {
	channel := make(chan int, 1)
	close(channel)
	wantPanic(t, "send on closed channel", func() { channel <- 1 })
}

func TestASelectThatMaySendIntoAClosedChannelPanics(t *testing.T) {
	channel := make(chan int, 1)
	close(channel)
	wantPanic(t, "send on closed channel", func() {
		select {
		case channel <- 1:
		default:
		}
	})
}

func TestCloseOfAClosedChannelPanics(t *testing.T) {
	channel := make(chan int)
	close(channel)
	wantPanic(t, "close of closed channel", func() { close(channel) })
}

func TestCloseOfANilChannelPanics(t *testing.T) {
	var channel chan int
	wantPanic(t, "close of nil channel", func() { close(channel) })
}

func TestANegativeWaitGroupPanics(t *testing.T) {
	var group sync.WaitGroup
	wantPanic(t, "negative WaitGroup counter", func() { group.Done() })
}

// reaches waits until a goroutine in the function of that name is in the state, as the runtime
// shows it, and says whether it came to that.
func reaches(function, state string) bool {
	stacks := make([]byte, 1<<20)
	for range 1_000_000 {
		all := string(stacks[:runtime.Stack(stacks, true)])
		for _, goroutine := range strings.Split(all, "\n\n") {
			if strings.Contains(goroutine, state) && strings.Contains(goroutine, function) {
				return true
			}
		}
		runtime.Gosched()
	}
	return false
}

func receiveFromNil() {
	var channel chan int
	<-channel
}

// Not an error and not a panic: the runtime shows that it waits for nothing.
func TestAReceiveFromANilChannelBlocksForEver(t *testing.T) {
	go receiveFromNil()
	if !reaches("receiveFromNil", "chan receive (nil chan)") {
		t.Error(gone)
	}
}

func sendToNobody() {
	channel := make(chan int)
	channel <- 1
}

func TestAForgottenGoroutineLeaks(t *testing.T) {
	go sendToNobody()
	if !reaches("sendToNobody", "chan send") {
		t.Fatal("it does not wait")
	}
	// Nobody else has the channel. The collector could know, and leaves the goroutine where it is.
	runtime.GC()
	if runtime.NumGoroutine() < 2 || !reaches("sendToNobody", "chan send") {
		t.Error(gone)
	}
}

// asProcess runs the test that calls it in a process of its own, where it does f, which ends the process.
// In the parent it says what that wrote.
func asProcess(t *testing.T, f func()) (output string) {
	t.Helper()
	const inside = "TAUT_FAULT"
	if os.Getenv(inside) != "" {
		f()
		os.Exit(0)
	}
	command := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	command.Env = append(os.Environ(), inside+"=1")
	written, err := command.CombinedOutput()
	if err == nil {
		t.Errorf("the process has survived: %s", gone)
	}
	return string(written)
}

func TestAnUnlockOfAnUnlockedMutexEndsTheProcess(t *testing.T) {
	output := asProcess(t, func() {
		panics(func() { new(sync.Mutex).Unlock() }) // cannot be recovered
	})
	if !strings.Contains(output, "unlock of unlocked mutex") {
		t.Error(output)
	}
}

func TestAPanicInAGoroutineEndsTheProcess(t *testing.T) {
	output := asProcess(t, func() {
		go panic("a bug")
		select {}
	})
	if !strings.Contains(output, "panic: a bug") {
		t.Error(output)
	}
}

// The compiler takes a write without a lock. Run with -race the test would fail, as it should.
func TestADataRaceCompiles(t *testing.T) {
	var shared int
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { shared++ })
	}
	both.Wait()
	if shared < 1 || shared > 2 {
		t.Error(shared)
	}
}
