package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
)

// The style sheets are written by hand and always there; the scripts are built
// into dist by `make assets` and may be missing: pages work without them.
//
//go:embed assets/css assets/js all:assets/dist
var assetFiles embed.FS

// The style sheets join into one, paiza.css: first these, then the others by
// name (each subject may have its own), last the one that must win.
var (
	sheetsFirst = []string{"base.css", "layout.css", "table.css", "form.css", "page.css"}
	sheetLast   = "print.css"
)

// asset is one file for browsers. It is compressed when it is first asked for,
// once.
type asset struct {
	name   string
	hash   string
	kind   string
	body   []byte
	packed func() []byte // gzip, or nil when that gains nothing
}

// assets are the files by name and by hashed name.
type assets struct {
	named  map[string]*asset
	hashed map[string]*asset
}

func loadAssets() *assets {
	a := &assets{named: map[string]*asset{}, hashed: map[string]*asset{}}
	a.add("paiza.css", joinSheets())
	for _, dir := range []string{"assets/css", "assets/js", "assets/dist"} {
		err := fs.WalkDir(assetFiles, dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(path.Base(file), ".") || path.Ext(file) == ".css" && dir == "assets/css" {
				return err
			}
			body, err := assetFiles.ReadFile(file)
			if err == nil {
				a.add(strings.TrimPrefix(file, dir+"/"), body)
			}
			return err
		})
		if err != nil {
			panic(err) // the program's own files
		}
	}
	return a
}

func joinSheets() []byte {
	all, err := fs.Glob(assetFiles, "assets/css/*.css")
	if err != nil {
		panic(err)
	}
	names := slices.Clone(sheetsFirst)
	for _, file := range all {
		if name := path.Base(file); !slices.Contains(sheetsFirst, name) && name != sheetLast {
			names = append(names, name)
		}
	}
	var css bytes.Buffer
	for _, name := range append(names, sheetLast) {
		part, err := assetFiles.ReadFile("assets/css/" + name)
		if err != nil {
			panic(err)
		}
		css.Write(part)
	}
	return css.Bytes()
}

func (a *assets) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	kind := mime.TypeByExtension(ext)
	switch ext { // the machine's own table of types is not to be relied on
	case ".js", ".mjs":
		kind = "text/javascript; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".json":
		kind = "application/json"
	case ".svg":
		kind = "image/svg+xml"
	case "":
		kind = "application/octet-stream"
	}
	f := &asset{name: name, hash: hex.EncodeToString(sum[:6]), kind: kind, body: body}
	f.packed = sync.OnceValue(func() []byte {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = z.Write(body) // a buffer does not fail
		_ = z.Close()
		if b.Len() >= len(body) {
			return nil
		}
		return b.Bytes()
	})
	a.named[name] = f
	a.hashed[strings.TrimSuffix(name, ext)+"."+f.hash+ext] = f
}

// url is the address of an asset by its name, empty when it was not built.
func (a *assets) url(name string) string {
	f := a.named[name]
	if f == nil {
		return ""
	}
	ext := path.Ext(name)
	return "/assets/" + strings.TrimSuffix(name, ext) + "." + f.hash + ext
}

// ServeHTTP answers /assets/name.hash.ext, to be kept for a year, and
// /assets/name.ext, to be asked for again each time (chunks that scripts load
// by their plain names).
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	h := w.Header()
	f := a.hashed[name]
	if f != nil {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else if f = a.named[name]; f != nil {
		h.Set("Cache-Control", "no-cache")
	} else {
		http.NotFound(w, r)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Add("Vary", "Accept-Encoding")
	body, tag := f.body, `"`+f.hash+`"`
	if acceptsGzip(r) {
		if packed := f.packed(); packed != nil {
			body, tag = packed, `"`+f.hash+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body) // a browser that left is no error of ours
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}
