package usage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// spool finds records of one file that have the same id, however far apart they stand, in memory that does
// not grow with the file: what is needed of each goes to one of many parts by its id, and each part, which
// holds all records of its ids, is looked through by itself. Parts of a large file are in temporary files,
// which have no name, so that nothing is left behind however the process ends.
type spool struct {
	parts [spoolParts]struct {
		buf  []byte
		file *os.File
	}
}

const (
	spoolParts  = 128
	spoolBuffer = 32 << 10
)

// add notes a record of an account.
func (s *spool) add(accountID, recordID string, content []byte, line int) error {
	id := accountID + recordID
	h := fnv.New32a()
	_, _ = io.WriteString(h, id)
	part := &s.parts[h.Sum32()%spoolParts]
	part.buf = binary.AppendUvarint(part.buf, uint64(len(id)))
	part.buf = append(part.buf, id...)
	part.buf = append(part.buf, content...)
	part.buf = binary.AppendUvarint(part.buf, uint64(line))
	if len(part.buf) < spoolBuffer {
		return nil
	}
	if part.file == nil {
		var err error
		if part.file, err = temporaryFile(); err != nil {
			return err
		}
	}
	_, err := part.file.Write(part.buf)
	part.buf = part.buf[:0]
	return err
}

// conflicts calls fn for every record whose id another line before has with other content.
func (s *spool) conflicts(fn func(recordID string, line, first int)) error {
	type seen struct {
		content [sha256.Size]byte
		line    int
	}
	for i := range s.parts {
		part := &s.parts[i]
		var all []byte
		if part.file != nil {
			if _, err := part.file.Seek(0, io.SeekStart); err != nil {
				return err
			}
			var err error
			if all, err = io.ReadAll(part.file); err != nil {
				return err
			}
		}
		all = append(all, part.buf...)
		first := map[string]seen{}
		for len(all) > 0 {
			n, used := binary.Uvarint(all)
			if used <= 0 || len(all) < used+int(n)+sha256.Size {
				return errors.New("a temporary file was changed by somebody else")
			}
			id, rest := all[used:used+int(n)], all[used+int(n):]
			content := [sha256.Size]byte(rest)
			line, used := binary.Uvarint(rest[sha256.Size:])
			if used <= 0 {
				return errors.New("a temporary file was changed by somebody else")
			}
			all = rest[sha256.Size+used:]
			before, ok := first[string(id)]
			if !ok {
				first[string(id)] = seen{content, int(line)}
			} else if !bytes.Equal(before.content[:], content[:]) {
				fn(string(id[accountIDSize:]), int(line), before.line)
			}
		}
		if err := s.drop(i); err != nil {
			return err
		}
	}
	return nil
}

// accountIDSize is the length of an account's id.
const accountIDSize = len("00000000-0000-0000-0000-000000000000")

// close drops the temporary files.
func (s *spool) close() {
	for i := range s.parts {
		_ = s.drop(i)
	}
}

func (s *spool) drop(i int) (err error) {
	if f := s.parts[i].file; f != nil {
		err = f.Close()
	}
	s.parts[i].file, s.parts[i].buf = nil, nil
	return err
}

// temporaryFile makes a file that only this process can reach, and that is gone with it.
func temporaryFile() (*os.File, error) {
	f, err := os.CreateTemp("", "billfold-usage-*")
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary file: %w", err)
	}
	return f, os.Remove(f.Name())
}

// Spool copies what can be read only once, such as standard input, to a temporary file for ImportFile. It is
// gone when it is closed, and also when the process ends.
func Spool(r io.Reader) (*os.File, error) {
	f, err := temporaryFile()
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, r); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
