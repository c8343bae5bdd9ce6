package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"paiza/internal/desk"
)

// FuzzRequest: whatever stands in an address, a cookie or a form, the site answers
// and is not at fault.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/seizures?country=KAZ&from=2014-13&q=%00&flag=x", "theme=dark; language=ru", "")
	f.Add("GET", "/picture/market?level=substance&grain=month&group=a&group=%ff", "paiza=x; device=x.y.z", "")
	f.Add("GET", "/seizures/9223372036854775808", "paiza=\"\x01\"", "")
	f.Add("POST", "/seizures", "", "date=2024&country=KAZ&substance=heroin&amount=1e9&unit=kg")
	f.Add("POST", "/uploads/x/run", "", "profile=paiza&map.0=date&sheet=")
	f.Add("POST", "/sign-in", "device=%00", "login=x&password=")
	f.Add("GET", "/imports/x/errors.csv", "", "")
	n := inhabited(f)
	entry, err := n.desk.SignIn(f.Context(), "root", password, desk.Visitor{From: "192.0.2.1"})
	if err != nil {
		f.Fatal(err)
	}
	ctx, err := n.site.sessions.Load(f.Context(), "")
	if err != nil {
		f.Fatal(err)
	}
	n.site.sessions.Put(ctx, sessionEntry, entry.Session)
	token, _, err := n.site.sessions.Commit(ctx)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, target, cookies, form string) {
		// Who signs out, or ends his sessions, has nothing left to try.
		if method != "GET" && method != "POST" || !strings.HasPrefix(target, "/") || strings.Contains(target, "sign-out") || strings.Contains(target, "/end") {
			return
		}
		r, err := http.NewRequest(method, "http://node"+target, strings.NewReader(form))
		if err != nil {
			return
		}
		r.RemoteAddr = "192.0.2.1:1"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", cookies)
		if !strings.Contains(cookies, "paiza=") {
			r.AddCookie(&http.Cookie{Name: "paiza", Value: token})
		}
		w := httptest.NewRecorder()
		n.site.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s %q with cookies %q and form %q is answered %d", method, target, cookies, form, w.Code)
		}
	})
}

// FuzzUpload: the parts of a form with a file, and the name of the file, may be
// anything.
func FuzzUpload(f *testing.F) {
	f.Add("x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../a\x00b.csv\"\r\n\r\ndate,country\n\r\n--x--\r\n")
	f.Add("x", "--x\r\nContent-Disposition: form-data; name=file; filename*=UTF-8''%ff%2e%2e\r\n\r\n\r\n--x--")
	f.Add("\"", "--")
	n := inhabited(f)
	who := n.root
	f.Fuzz(func(t *testing.T, boundary, body string) {
		r, err := http.NewRequest("POST", "http://node/uploads", strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
		v := &visit{Actor: who, Print: visitOf(r).Print}
		ctx, err := n.site.sessions.Load(r.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		r = v.into(r.WithContext(ctx))
		w := httptest.NewRecorder()
		if err := n.site.upload(w, r); err != nil {
			if code, _ := statusOf(err); code == http.StatusInternalServerError {
				t.Errorf("%q with %q: %v", boundary, body, err)
			}
			return
		}
		at, err := url.Parse(w.Header().Get("Location"))
		if w.Code == http.StatusSeeOther && (err != nil || !strings.HasPrefix(at.Path, "/uploads/")) {
			t.Errorf("an upload leads to %q", w.Header().Get("Location"))
		}
	})
}
