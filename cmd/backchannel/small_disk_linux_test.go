package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// A smallDisk is a disk that is mounted in a namespace of its own, so that only the server started in
// it sees the disk. It ends with that server.
type smallDisk struct {
	*testing.T

	namespace *os.File
	dir       string
}

// newSmallDisk mounts a disk. It needs root.
func newSmallDisk(t *testing.T, size string) *smallDisk {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a disk; run the tests as root")
	}
	dir, err := os.MkdirTemp("/tmp", "disk") // the server's user may not enter t.TempDir
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	d := &smallDisk{T: t, dir: dir}
	onThread(func() {
		err = unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS)
		if err == nil { // so that no mount is visible outside
			err = unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil {
			err = unix.Mount("tmpfs", d.dir, "tmpfs", 0, "mode=777,size="+size)
		}
		if err == nil {
			d.namespace, err = os.Open("/proc/thread-self/ns/mnt")
		}
	})
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("this machine does not allow mounting a disk: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.namespace.Close() })
	return d
}

// do runs a function in the disk's namespace, with the processes that it starts.
func (d *smallDisk) do(f func() error) (err error) {
	onThread(func() {
		if err = unix.Unshare(unix.CLONE_FS); err != nil {
			return
		}
		if err = unix.Setns(int(d.namespace.Fd()), unix.CLONE_NEWNS); err == nil {
			err = f()
		}
	})
	return err
}

// filler returns the path of the file with which the disk is filled.
func (d *smallDisk) filler() string { return filepath.Join(d.dir, "filler") }

// fill uses all the free space.
func (d *smallDisk) fill() {
	d.Helper()
	err := d.do(func() error {
		file, err := os.Create(d.filler())
		if err != nil {
			return err
		}
		defer file.Close()
		for {
			if _, err := file.Write(make([]byte, 4096)); err != nil {
				return err
			}
		}
	})
	if !errors.Is(err, unix.ENOSPC) {
		d.Fatal(err)
	}
}

// free frees the space again.
func (d *smallDisk) free() {
	d.Helper()
	if err := d.do(func() error { return os.Remove(d.filler()) }); err != nil {
		d.Fatal(err)
	}
}

// database creates a database on the disk.
func (d *smallDisk) database(server *pgtest.Server) (url string) {
	d.Helper()
	tablespace := filepath.Join(d.dir, "space")
	if err := d.do(func() error { return errors.Join(os.Mkdir(tablespace, 0o700), server.Own(tablespace)) }); err != nil {
		d.Fatal(err)
	}
	pgtest.Run(d.T, server.URL("postgres"), `CREATE TABLESPACE small LOCATION '`+tablespace+`'`)
	pgtest.Run(d.T, server.URL("postgres"), `CREATE DATABASE onsmall TEMPLATE template0 TABLESPACE small`)
	return server.URL("onsmall")
}

// A database whose disk is full rejects events and receipts, and the error says what to do. Nothing that
// was accepted is lost. Everything continues by itself once there is free space.
func TestTheDatabasesDiskIsFull(t *testing.T) {
	t.Parallel()
	disk := newSmallDisk(t, "48m")
	server := pgtest.Start(t, pgtest.Options{Inside: disk.do})
	c := newCluster(t, disk.database(server))
	node := c.readyNode()
	ids := c.enqueue(20)
	c.awaitDelivered(ids)
	disk.fill()

	ids = append(ids, c.enqueueUntilFull()...)
	c.eventually("fire to fail", func() bool {
		text, err := c.command("fire", "bounce", "--webhook", "acme", "--count", "100").CombinedOutput()
		failed := exitOf(err) != 0
		if s := string(text); failed && (exitOf(err) != 1 || strings.Count(s, "\n") != 1 || !strings.Contains(s, "disk full") || !strings.Contains(s, "free some space")) {
			t.Errorf("fire on a full disk: got exit code %d and\n%s\nwant 1 and one line that says so", exitOf(err), s)
		}
		return failed
	})
	accepted := node.acceptUntilFull()
	disk.free()
	c.awaitDelivered(ids)
	c.eventually("the receiver to accept", func() bool { return node.feedbackStatus() != http.StatusServiceUnavailable })
	accepted++
	if stored, err := c.store.CountReceipts(t.Context(), storage.ReceiptQuery{}); stored != accepted || err != nil {
		t.Errorf("got %d stored receipts and error %v, want %d, as many as were accepted", stored, err, accepted)
	}
	_, twice := c.endpoint.requests()
	t.Logf("%d deliveries acknowledged, %d sent twice; stderr of the node is\n%s", len(ids), twice, node.err.String())
	if twice > c.hook.Delivery.Concurrency {
		t.Errorf("%d deliveries were sent twice, want at most %d", twice, c.hook.Delivery.Concurrency)
	}
}

// enqueueUntilFull enqueues events until the disk is full.
func (c *cluster) enqueueUntilFull() (ids []storage.ID) {
	c.Helper()
	c.eventually("the disk to be full", func() bool {
		made, err := c.store.Enqueue(c.Context(), storetest.EventFor(c.hook))
		if err == nil {
			ids = append(ids, made[0].ID)
		} else if !errors.Is(err, storage.ErrDiskFull) {
			c.Error(err)
		}
		return err != nil
	})
	return ids
}

// acceptUntilFull sends requests to the node's receiver until it rejects one, and returns how many
// it accepted.
func (m *nodeProcess) acceptUntilFull() (accepted int64) {
	m.Helper()
	m.eventually("the receiver to reject a request", func() bool {
		rejected := m.feedbackStatus() == http.StatusServiceUnavailable
		if !rejected {
			accepted++
		}
		return rejected
	})
	return accepted
}
