package sqlite

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"backchannel/storage"
)

// SQLite recovers a log up to the first frame that is not valid, and ignores the rest, as is
// right after a power failure. It does the same if a file system or a person damaged the log,
// and then acknowledged records are gone without an error: of 310 deliveries, ten of them in
// the log, 300 were left when it began with garbage, was damaged in the middle or was
// missing, and 304 when half of it was cut off; quick_check found nothing. SQLite cannot be
// asked how much it ignored without a connection that may write, and that would already
// rewrite the index. So this file reads the log, to tell the two cases apart.

// The layout of a write-ahead log: see "WAL-mode File Format" §2 on sqlite.org.
const (
	logHeaderSize   = 32
	frameHeaderSize = 24
	logMagic        = 0x377f0682 // plus one when its checksums read big-endian words
	logFormat       = 3007000
)

// readLog reads a write-ahead log as SQLite recovers it, and returns the pages in its
// committed part. It refuses a damaged log: after a crash, at most one transaction follows
// the last valid frame, and its commit was never reported.
func readLog(path string, pageSize int64) (pages map[int64]bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := &logReader{from: bufio.NewReaderSize(file, 1<<20), pages: map[int64]bool{}}
	switch begun, err := r.begin(pageSize); {
	case err != nil:
		return nil, logDamaged(path, "begin like one")
	case !begun:
		return nil, nil
	}
	if r.readFrames(pageSize); r.orphans > 1 {
		return nil, logDamaged(path, fmt.Sprintf("hold together: of its %d commits the last %d cannot be read", r.commits+r.orphans, r.orphans))
	}
	return r.pages, nil
}

func logDamaged(path, not string) error {
	return fmt.Errorf("%w: its write-ahead log %s does not %s; restore both from a backup, or move the log and %s away to go on without what it holds; nothing was changed",
		storage.ErrDamaged, path, not, strings.TrimSuffix(filepath.Base(path), logSuffix)+memSuffix)
}

// checkLogSize refuses a write-ahead log that is missing or shorter than its index says; a
// crash leaves both files. An index that is not valid says nothing: SQLite writes a new one.
// See "WAL-mode File Format" §2.1.2 on sqlite.org: the index has native byte order, and its
// header is followed by a copy.
func checkLogSize(path string) error {
	const sum, end, backfill, least = 40, 48, 96, 100
	file, err := os.Open(path + memSuffix)
	if err != nil {
		return nil //nolint:nilerr // no index, nothing to compare with
	}
	defer file.Close()
	text := make([]byte, least)
	if _, err := io.ReadFull(file, text); err != nil {
		return nil //nolint:nilerr // likewise
	}
	word := func(at int) uint32 { return binary.NativeEndian.Uint32(text[at:]) }
	check := &logReader{order: binary.NativeEndian}
	check.add(text[:sum])
	if !bytes.Equal(text[:end], text[end:2*end]) || check.sum != [2]uint32{word(sum), word(sum + 4)} {
		return nil
	}
	pageSize, frames := int64(binary.NativeEndian.Uint16(text[14:])), int64(word(16))
	want := logHeaderSize + frames*(frameHeaderSize+pageSize)
	if have := sizeOf(path + logSuffix); have < want && int64(word(backfill)) < frames {
		return logDamaged(path+logSuffix, fmt.Sprintf("have its %d bytes, only %d", want, have))
	}
	return nil
}

// A logReader reads a write-ahead log frame by frame.
type logReader struct {
	from    io.Reader
	order   interface{ Uint32(text []byte) uint32 }
	sum     [2]uint32 // of everything up to now
	salts   [8]byte   // repeated in each of this log's frames
	broken  bool      // an invalid frame was found, so that later ones are ignored
	commits int
	orphans int            // commits after an invalid frame
	pages   map[int64]bool // committed ones
	pending []int64        // pages since the last commit
}

// begin reads the log's header, which an empty file does not have.
func (r *logReader) begin(pageSize int64) (bool, error) {
	var text [logHeaderSize]byte
	switch n, err := io.ReadFull(r.from, text[:]); {
	case n == 0:
		return false, nil
	case err != nil:
		return false, err
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(text[at:]) }
	r.order = binary.LittleEndian
	if word(0) == logMagic+1 {
		r.order = binary.BigEndian
	}
	r.add(text[:24])
	if !isLogMagic(text[:]) || word(4) != logFormat || int64(word(8)) != pageSize || r.sum != [2]uint32{word(24), word(28)} {
		return false, errors.New("bad header")
	}
	copy(r.salts[:], text[16:])
	return true, nil
}

func isLogMagic(text []byte) bool { return binary.BigEndian.Uint32(text)&^1 == logMagic }

// add extends the checksum.
func (r *logReader) add(text []byte) {
	a, b := r.sum[0], r.sum[1]
	for ; len(text) >= 8; text = text[8:] {
		a += r.order.Uint32(text) + b
		b += r.order.Uint32(text[4:]) + a
	}
	r.sum = [2]uint32{a, b}
}

func (r *logReader) readFrames(pageSize int64) {
	frame := make([]byte, frameHeaderSize+pageSize)
	for {
		if _, err := io.ReadFull(r.from, frame); err != nil {
			return // an incomplete frame was never committed
		}
		r.take(frame)
	}
}

func (r *logReader) take(frame []byte) {
	head, page := frame[:frameHeaderSize], frame[frameHeaderSize:]
	ours := [8]byte(head[8:16]) == r.salts
	commits := binary.BigEndian.Uint32(head[4:]) != 0
	if !r.broken {
		r.add(head[:8])
		r.add(page)
		sum := [2]uint32{binary.BigEndian.Uint32(head[16:]), binary.BigEndian.Uint32(head[20:])}
		r.broken = !ours || r.sum != sum
	}
	switch {
	case !r.broken:
		r.keep(head)
	case ours && commits:
		r.orphans++
	}
}

// keep adds a valid frame, which takes effect with the commit that it belongs to.
func (r *logReader) keep(head []byte) {
	r.pending = append(r.pending, int64(binary.BigEndian.Uint32(head)))
	if commits := binary.BigEndian.Uint32(head[4:]) != 0; !commits {
		return
	}
	for _, page := range r.pending {
		r.pages[page] = true
	}
	r.commits++
	r.pending = r.pending[:0]
}
