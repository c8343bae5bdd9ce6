package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// sealedPage is how much of a file is sealed at once.
const sealedPage = 64 << 10

// sealedFile is a file that came with a form, while it waits to be taken into the
// store. It lies in the folder for temporary files sealed under a key that is
// nowhere but in this process, and has no name there: when the process dies,
// nothing of it can be found or read. It is written once, from the beginning, and
// then read.
type sealedFile struct {
	file  *os.File
	aead  cipher.AEAD
	size  int64
	at    int64  // of the next read
	page  []byte // the last one that was read or is being written
	which int64  // its number; -1 for none
}

func newSealedFile() (*sealedFile, error) {
	var key [32]byte
	rand.Read(key[:])
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp("", "paiza-upload-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &sealedFile{file: f, aead: aead, which: -1}, nil
}

// nonce numbers the pages: each is sealed once under the file's own key.
func (s *sealedFile) nonce(page int64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(page))
}

// ReadFrom implements io.ReaderFrom: it takes the whole content.
func (s *sealedFile) ReadFrom(r io.Reader) (int64, error) {
	buf := make([]byte, sealedPage)
	for page := int64(0); ; page++ {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			if _, err := s.file.Write(s.aead.Seal(nil, s.nonce(page), buf[:n], nil)); err != nil {
				return s.size, err
			}
			s.size += int64(n)
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return s.size, nil
		default:
			return s.size, err
		}
	}
}

// Read implements io.Reader.
func (s *sealedFile) Read(p []byte) (int, error) {
	if s.at >= s.size {
		return 0, io.EOF
	}
	page := s.at / sealedPage
	if page != s.which {
		n := min(sealedPage, s.size-page*sealedPage)
		raw := make([]byte, int(n)+s.aead.Overhead())
		if _, err := s.file.ReadAt(raw, page*int64(sealedPage+s.aead.Overhead())); err != nil {
			return 0, err
		}
		opened, err := s.aead.Open(raw[:0], s.nonce(page), raw, nil)
		if err != nil {
			return 0, err
		}
		s.page, s.which = opened, page
	}
	n := copy(p, s.page[s.at-page*sealedPage:])
	s.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (s *sealedFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return s.at, errors.New("web: a place before the beginning of a file")
	}
	s.at = offset
	return offset, nil
}

// Close gives its room back.
func (s *sealedFile) Close() error { return s.file.Close() }
