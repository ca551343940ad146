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

// A smallDisk is a disk that is mounted in a namespace, so that only the server started there sees
// it. It ends with that server.
type smallDisk struct {
	*testing.T

	space *os.File
	dir   string
}

// newSmallDisk mounts a disk. It needs root.
func newSmallDisk(t *testing.T, size string) *smallDisk {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a small disk; run the tests as root to have a full one tested")
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
		if err == nil { // no mount is to be seen outside
			err = unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil {
			err = unix.Mount("tmpfs", d.dir, "tmpfs", 0, "mode=777,size="+size)
		}
		if err == nil {
			d.space, err = os.Open("/proc/thread-self/ns/mnt")
		}
	})
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("this machine does not allow mounting a small disk: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.space.Close() })
	return d
}

// do runs a function in the disk's namespace, with the processes that it starts.
func (d *smallDisk) do(f func() error) (err error) {
	onThread(func() {
		if err = unix.Unshare(unix.CLONE_FS); err != nil {
			return
		}
		if err = unix.Setns(int(d.space.Fd()), unix.CLONE_NEWNS); err == nil {
			err = f()
		}
	})
	return err
}

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

// clear frees the space again.
func (d *smallDisk) clear() {
	d.Helper()
	if err := d.do(func() error { return os.Remove(d.filler()) }); err != nil {
		d.Fatal(err)
	}
}

// database creates a database on the disk.
func (d *smallDisk) database(server *pgtest.Server) (url string) {
	d.Helper()
	space := filepath.Join(d.dir, "space")
	if err := d.do(func() error { return errors.Join(os.Mkdir(space, 0o700), server.Own(space)) }); err != nil {
		d.Fatal(err)
	}
	pgtest.Run(d.T, server.URL("postgres"), `CREATE TABLESPACE small LOCATION '`+space+`'`)
	pgtest.Run(d.T, server.URL("postgres"), `CREATE DATABASE onsmall TEMPLATE template0 TABLESPACE small`)
	return server.URL("onsmall")
}

// A database whose disk is full accepts nothing more, and the message says what to do. Nothing that
// it accepted is lost. Everything continues by itself once there is free space.
func TestTheDatabasesDiskIsFull(t *testing.T) {
	t.Parallel()
	disk := newSmallDisk(t, "48m")
	server := pgtest.Start(t, pgtest.Options{Inside: disk.do})
	c := newCluster(t, disk.database(server))
	node := c.node()
	ids := c.fireSome(20)
	c.awaitDelivered(ids)
	disk.fill()

	ids = append(ids, c.fireUntilFull()...)
	c.eventually("fire to fail", func() bool {
		text, err := c.command("fire", "bounce", "--webhook", "acme", "--count", "100").CombinedOutput()
		failed := exitOf(err) != 0
		if says := string(text); failed && (exitOf(err) != 1 || strings.Count(says, "\n") != 1 || !strings.Contains(says, "disk full") || !strings.Contains(says, "free some space")) {
			t.Errorf("on a full disk fire exits %d and writes\n%s", exitOf(err), says)
		}
		return failed
	})
	accepted := node.acceptUntilFull()
	disk.clear()
	c.awaitDelivered(ids)
	c.eventually("the receiver to accept", func() bool { return node.answer() != http.StatusServiceUnavailable })
	accepted++
	if kept, err := c.store.CountReceipts(t.Context(), storage.ReceiptQuery{}); kept != accepted || err != nil {
		t.Errorf("the receiver accepted %d requests and kept %d, %v", accepted, kept, err)
	}
	_, twice := c.endpoint.requests()
	t.Logf("%d deliveries acknowledged, %d sent twice; the node says\n%s", len(ids), twice, node.err.String())
	if twice > c.hook.Delivery.Concurrency {
		t.Errorf("%d were sent twice, want at most %d", twice, c.hook.Delivery.Concurrency)
	}
}

// fireUntilFull enqueues events until the disk is full.
func (c *cluster) fireUntilFull() (ids []storage.ID) {
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
func (m *memberProcess) acceptUntilFull() (accepted int64) {
	m.Helper()
	m.eventually("the receiver to refuse", func() bool {
		refused := m.answer() == http.StatusServiceUnavailable
		if !refused {
			accepted++
		}
		return refused
	})
	return accepted
}
