package web

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
)

// TestSealedFile: what was written is read, from any place.
func TestSealedFile(t *testing.T) {
	for _, size := range []int{0, 1, sealedPage - 1, sealedPage, sealedPage + 1, 3*sealedPage + 17} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(rand.Uint32())
		}
		f, err := newSealedFile()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := f.ReadFrom(bytes.NewReader(want)); err != nil || n != int64(size) {
			t.Fatalf("%d of %d bytes, %v", n, size, err)
		}
		for range 20 {
			from := rand.IntN(size + 1)
			if _, err := f.Seek(int64(from), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, want[from:]) {
				t.Fatalf("from %d of %d: %d bytes, %v", from, size, len(got), err)
			}
		}
		f.Close()
	}
}

// TestUploadInTheOpen: while files of a note come in, nothing of them can be found
// on the disk but in the store: not by name, and not in what a process that was
// killed leaves behind.
func TestUploadInTheOpen(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	a, b := inhabited(t), inhabited(t)
	ba, bb := a.as(t, "root"), b.as(t, "root")
	a.keyed(t, ba, "KAZ")
	at := ba.post("/partners", url.Values{"card": {b.keyed(t, bb, "UZB")}}).Header.Get("Location")
	ba.post(strings.TrimSuffix(at, "/compare")+"/confirm", url.Values{"spoke_with": {"the head of the duty unit"}, "means": {"telephone"}, "same": {"1"}})
	node := strings.Split(at, "/")[2]

	content := bytes.Repeat([]byte("MARKER of evidence "), 200_000)
	body, pipe := io.Pipe()
	form := multipart.NewWriter(pipe)
	answered := make(chan reply, 1)
	go func() { answered <- ba.do("POST", "/messages", body, form.FormDataContentType()) }()
	for name, value := range map[string]string{"to": node, "title": "photographs", "text": "x", "tlp": "green", "exercise": "1"} {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("files", "photo.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil { // the last of it waits in the connection
		t.Fatal(err)
	}
	for try := 0; ; try++ { // until the node is in the middle of taking it in
		n, held := unsealed(t, dir)
		if n != 0 {
			t.Errorf("the marker stands %d times in temporary files", n)
		}
		if held > 1<<20 {
			break
		}
		if try == 1000 {
			t.Fatal("no file is being taken in: the test looks at nothing")
		}
		time.Sleep(10 * time.Millisecond)
	}
	form.Close()
	pipe.Close()
	r := <-answered
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the note is not sent: %s %s", r.Status, r.text("main"))
	}
	notes, err := a.desk.Notes(t.Context(), paiza.Operator("T"), desk.NoteFilter{Sent: true, Size: 10})
	if err != nil || len(notes) != 1 {
		t.Fatalf("%+v, %v", notes, err)
	}
	note, err := a.desk.Note(t.Context(), paiza.Operator("T"), notes[0].ID)
	if err != nil || len(note.Files) != 1 {
		t.Fatalf("%+v, %v", note, err)
	}
	var got bytes.Buffer
	if err := a.desk.ReadFile(t.Context(), paiza.Operator("T"), note.ID, note.Files[0].ID, &got); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("the file has %d bytes of %d, %v", got.Len(), len(content), err)
	}
}

// unsealed counts the marker in files of a folder, and in files of it without a
// name that this process holds; held is how many bytes the latter have.
func unsealed(t *testing.T, dir string) (n, held int) {
	t.Helper()
	count := func(file string) {
		raw, err := os.ReadFile(file)
		if err == nil {
			n += bytes.Count(raw, []byte("MARKER"))
		}
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.HasPrefix(filepath.Base(path), "n.paiza") {
			count(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this machine does not say which files are open")
	}
	for _, e := range open {
		link, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && strings.Contains(link, "paiza-upload-") && strings.HasSuffix(link, "(deleted)") {
			if st, err := os.Stat("/proc/self/fd/" + e.Name()); err == nil {
				held += int(st.Size())
			}
			count("/proc/self/fd/" + e.Name())
		}
	}
	return n, held
}

// FuzzMultipart: a form with files may be anything; what is read of it keeps to
// the limits, and every file is what one part held.
func FuzzMultipart(f *testing.F) {
	f.Add("x", "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA parcel\r\n--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"../../a\x00b.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n--x--\r\n")
	f.Add("x", "--x\r\nContent-Disposition: form-data; filename=a\r\n\r\n\r\n--x\r\nContent-Disposition: form-data; filename=a\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--x--")
	f.Add("\"", "--")
	const most = 1 << 16
	f.Fuzz(func(t *testing.T, boundary, body string) {
		r, err := http.NewRequest("POST", "http://node/messages", strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
		got, files, err := multipartForm(httptest.NewRecorder(), r, most)
		defer closeFiles(files)
		if err != nil {
			var large *http.MaxBytesError
			if code, _ := statusOf(err); code == http.StatusInternalServerError && !errors.As(err, &large) {
				t.Errorf("%q with %q: %v", boundary, body, err)
			}
			return
		}
		text := 0
		for key, list := range got.values {
			for _, v := range list {
				text += len(key) + len(v)
			}
		}
		if text > maxForm {
			t.Errorf("%d bytes of text are taken", text)
		}
		sum := 0
		for _, file := range files {
			raw, err := io.ReadAll(file.Body)
			if err != nil {
				t.Fatal(err)
			}
			sum += len(raw)
			if strings.ContainsRune(file.Name, filepath.Separator) {
				t.Errorf("a file is called %q", file.Name)
			}
		}
		if sum > min(len(body), most) {
			t.Errorf("%d bytes of files out of %d", sum, len(body))
		}
	})
}
