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

// The layout of a write-ahead log: see "WAL-mode File Format" §2 on sqlite.org.
const (
	logHeaderSize   = 32
	frameHeaderSize = 24
	logMagic        = 0x377f0682 // plus one when its checksums read big-endian words
	logFormat       = 3007000
)

// A writeLog is what the committed part of a write-ahead log comes to.
type writeLog struct {
	holds map[int64]bool // pages
	pages int64          // of the database as of the last commit; 0 without one
	first []byte         // the start of the last page 1, nil without one
}

// free is how many pages of the database are unused as of the last commit.
func (l writeLog) free(h header) int64 {
	if l.first == nil {
		return h.free
	}
	return parseHeader(l.first).free
}

// readLog reads a write-ahead log as SQLite recovers it, and refuses one that was damaged.
// SQLite would take it for one that ends early, as it does after a crash, and go on
// without the rest. A crash leaves behind the last sound frame at most one transaction
// that nobody was told of.
func readLog(path string, pageSize int64) (writeLog, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return writeLog{}, nil
	}
	if err != nil {
		return writeLog{}, err
	}
	defer file.Close()
	r := &logReader{from: bufio.NewReaderSize(file, 1<<20), log: writeLog{holds: map[int64]bool{}}}
	switch begun, err := r.begin(pageSize); {
	case err != nil:
		return writeLog{}, logDamaged(path, "begin like one")
	case !begun:
		return writeLog{}, nil
	}
	if r.readFrames(pageSize); r.orphans > 1 {
		return writeLog{}, logDamaged(path, fmt.Sprintf("hold together: of its %d commits the last %d cannot be read", r.commits+r.orphans, r.orphans))
	}
	return r.log, nil
}

func logDamaged(path, not string) error {
	return fmt.Errorf("%w: its write-ahead log %s does not %s; restore both from a backup, or move the log and %s away to go on without what it holds; nothing was changed",
		storage.ErrDamaged, path, not, strings.TrimSuffix(filepath.Base(path), logSuffix)+memSuffix)
}

// checkLogSize refuses a write-ahead log that is gone or was cut off, which its index tells
// of: a crash leaves both. See "WAL-mode File Format" §2.1.2: the numbers are the machine's
// own, and the header is followed by a copy of itself.
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
	salts   [8]byte   // which this log's frames repeat
	broken  bool      // some frame was not sound: none after it counts
	commits int
	orphans int // commits behind a frame that is not sound

	log     writeLog
	pending []int64 // pages since the last commit
	first   []byte
}

// begin reads the log's header; an empty file has none.
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
	if word(0)&^1 != logMagic || word(4) != logFormat || int64(word(8)) != pageSize || r.sum != [2]uint32{word(24), word(28)} {
		return false, errors.New("bad header")
	}
	copy(r.salts[:], text[16:])
	return true, nil
}

// add goes on with the checksum.
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
			return // what is not a whole frame was never committed
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
		r.keep(head, page)
	case ours && commits:
		r.orphans++
	}
}

// keep takes a sound frame into account, once it is committed.
func (r *logReader) keep(head, page []byte) {
	number := int64(binary.BigEndian.Uint32(head))
	r.pending = append(r.pending, number)
	if number == 1 {
		r.first = append([]byte(nil), page[:headerSize]...)
	}
	pages := binary.BigEndian.Uint32(head[4:])
	if pages == 0 {
		return
	}
	for _, number := range r.pending {
		r.log.holds[number] = true
	}
	r.commits++
	r.log.pages, r.log.first, r.pending = int64(pages), r.first, r.pending[:0]
}
