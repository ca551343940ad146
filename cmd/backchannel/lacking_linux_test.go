package main

import (
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lacking WHAT… -- PROGRAM ARG… runs a program with a kernel that rejects the named system calls,
// as some file systems do, or limits a resource.
func lacking() {
	runtime.LockOSThread() // a filter is the thread's, and whatever that executes inherits it
	args := os.Args[1:]
	for ; len(args) > 0 && args[0] != "--"; args = args[1:] {
		if err := forbid(args[0]); err != nil {
			log.Fatalf("lacking %s: %v", args[0], err)
		}
	}
	path, err := exec.LookPath(args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(syscall.Exec(path, args[1:], os.Environ()))
}

func forbid(what string) error {
	name, value, _ := strings.Cut(what, "=")
	switch name {
	case "links":
		return filter(unix.EPERM, calls(unix.SYS_LINKAT))
	case "flock":
		return filter(unix.ENOLCK, calls(unix.SYS_FLOCK))
	case "locks":
		return filter(unix.ENOLCK, append(calls(unix.SYS_FCNTL), argument(1, unix.BPF_JEQ, unix.F_SETLK)...))
	case "shared-memory":
		return filter(unix.ENODEV, append(calls(unix.SYS_MMAP), argument(3, unix.BPF_JSET, unix.MAP_SHARED)...))
	case "files", "file-size":
		// What the tests inherited, such as the file of flock, does not count.
		if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
			return err
		}
		most, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return err
		}
		resource := map[string]int{"files": unix.RLIMIT_NOFILE, "file-size": unix.RLIMIT_FSIZE}[name]
		return unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most})
	}
	return fmt.Errorf("it is not known how to lack that")
}

// load loads a word of the system call: 0 is its number, arguments begin at 16.
func load(at uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
}

// unless jumps to the end if the loaded word does not compare with k.
func unless(how uint16, k uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | how, K: k}
}

func calls(number uint32) []unix.SockFilter {
	return []unix.SockFilter{load(0), unless(unix.BPF_JEQ, number)}
}

func argument(n int, how uint16, k uint32) []unix.SockFilter {
	return []unix.SockFilter{load(uint32(16 + 8*n)), unless(how, k)}
}

// filter makes the kernel return an error for calls for which all conditions hold.
func filter(errno syscall.Errno, conditions []unix.SockFilter) error {
	program := append(slices.Clone(conditions),
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	for i := range conditions {
		if conditions[i].Code&unix.BPF_JMP == unix.BPF_JMP {
			program[i].Jf = uint8(len(program) - i - 2)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	whole := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&whole)), 0, 0)
}
