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

// restricted RESTRICTION… -- PROGRAM ARG… runs a program for which the kernel rejects system calls,
// as some file systems do, or limits a resource.
func restricted() {
	runtime.LockOSThread() // the restrictions are the thread's, and the program inherits them from it
	args := os.Args[1:]
	for ; len(args) > 0 && args[0] != "--"; args = args[1:] {
		if err := restrict(args[0]); err != nil {
			log.Fatalf("restricted %s: %v", args[0], err)
		}
	}
	path, err := exec.LookPath(args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(syscall.Exec(path, args[1:], os.Environ()))
}

func restrict(restriction string) error {
	name, value, _ := strings.Cut(restriction, "=")
	switch name {
	case "no-hard-links":
		return reject(unix.EPERM, isCall(unix.SYS_LINKAT))
	case "no-flock":
		return reject(unix.ENOLCK, isCall(unix.SYS_FLOCK))
	case "no-fcntl-locks":
		return reject(unix.ENOLCK, append(isCall(unix.SYS_FCNTL), argument(1, unix.BPF_JEQ, unix.F_SETLK)...))
	case "no-shared-memory":
		return reject(unix.ENODEV, append(isCall(unix.SYS_MMAP), argument(3, unix.BPF_JSET, unix.MAP_SHARED)...))
	case "max-open-files", "max-file-size":
		// Descriptors that the tests inherited must not count against the limit.
		if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
			return err
		}
		limit, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return err
		}
		resource := map[string]int{"max-open-files": unix.RLIMIT_NOFILE, "max-file-size": unix.RLIMIT_FSIZE}[name]
		return unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: limit})
	}
	return fmt.Errorf("unknown restriction")
}

// load loads a word of struct seccomp_data: the system call's number is at offset 0, and its
// arguments, of 8 bytes each, begin at 16.
func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

// allowUnless compares the loaded word with k, and jumps to the end, which allows the call, if the
// comparison fails.
func allowUnless(comparison uint16, k uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | comparison, K: k}
}

func isCall(number uint32) []unix.SockFilter {
	return []unix.SockFilter{load(0), allowUnless(unix.BPF_JEQ, number)}
}

func argument(n int, comparison uint16, k uint32) []unix.SockFilter {
	return []unix.SockFilter{load(uint32(16 + 8*n)), allowUnless(comparison, k)}
}

// reject makes the kernel return an error for calls that meet all conditions.
func reject(errno syscall.Errno, conditions []unix.SockFilter) error {
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
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0)
}
