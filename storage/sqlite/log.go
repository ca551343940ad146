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

// A writeLog describes the committed part of a write-ahead log.
type writeLog struct {
	holds map[int64]bool // pages
	pages int64          // of the database as of the last commit; 0 without one
	first []byte         // the start of the last page 1, nil without one
}

// free returns how many pages of the database are unused as of the last commit.
func (l writeLog) free(h header) int64 {
	if l.first == nil {
		return h.free
	}
	return parseHeader(l.first).free
}

// readLog reads a write-ahead log as SQLite recovers it, and refuses a damaged one. SQLite
// would treat it as a log that ends early, as after a crash, and ignore the rest. After a
// crash, however, at most one transaction follows the last valid frame, and its commit was
// never reported.
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

// checkLogSize refuses a write-ahead log that is missing or shorter than its index says; a
// crash leaves both files. See "WAL-mode File Format" §2.1.2 on sqlite.org: the index has
// native byte order, and its header is followed by a copy.
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
	orphans int // commits after an invalid frame

	log     writeLog
	pending []int64 // pages since the last commit
	first   []byte
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
	if word(0)&^1 != logMagic || word(4) != logFormat || int64(word(8)) != pageSize || r.sum != [2]uint32{word(24), word(28)} {
		return false, errors.New("bad header")
	}
	copy(r.salts[:], text[16:])
	return true, nil
}

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
		r.keep(head, page)
	case ours && commits:
		r.orphans++
	}
}

// keep adds a valid frame, which takes effect with the commit that it belongs to.
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
