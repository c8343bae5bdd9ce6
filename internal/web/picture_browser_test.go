package web

import (
	"context"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium gives a browser with the cookies of the node's person, and what it
// writes to its console.
func (n *pictureNode) chromium(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	if n.site.assets.url("chart.js") == "" {
		t.Skip("the bundle is not built: go run ./internal/web/bundle")
	}
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium on this machine: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Skipf("Chromium does not start here: %v", err)
	}
	u, _ := url.Parse(n.URL)
	for _, c := range n.http.Jar.Cookies(u) {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: n.URL}); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	var lines []string
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			mu.Lock()
			lines = append(lines, m.String()+" "+m.URL)
			mu.Unlock()
		}
	}()
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		out := lines
		lines = nil
		return out
	}
}

// Every chart draws itself in a browser under the node's content security
// policy, in both themes, and the console stays empty.
func TestChartsDraw(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	ctx, console := n.chromium(t)
	for _, theme := range []string{"light", "dark"} {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
		if err != nil {
			t.Fatal(err)
		}
		for view, charts := range map[string]int{"market": 1, "market?by=month&as=share&level=substance": 1, "balance": 2, "routes": 3, "calendar": 1} {
			if err := chromedp.Do(ctx, chromedp.Navigate(n.URL+"/picture/"+view)); err != nil {
				t.Fatal(err)
			}
			drawn := `document.querySelectorAll('figure[data-drawn] svg path').length > 0 && document.querySelectorAll('figure[data-drawn]').length`
			if got := n.until(ctx, drawn, charts); got != charts {
				t.Errorf("%s, %s: %d charts drawn, want %d", view, theme, got, charts)
			}
			if lines := console(); len(lines) > 0 {
				t.Errorf("%s, %s: the console says:\n%s", view, theme, strings.Join(lines, "\n"))
			}
		}
	}
}

// until scrolls down and asks for a number until it is the one wanted, for ten
// seconds at most.
func (n *pictureNode) until(ctx context.Context, expression string, want int) int {
	got := 0
	for end := time.Now().Add(10 * time.Second); got != want && time.Now().Before(end); {
		value, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`scrollBy(0, 500); +(`+expression+`)`))
		if err == nil {
			got = int(value)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return got
}

// The arrows walk over the figures of a chart and say them; Enter opens the
// rows.
func TestChartByKeyboard(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	ctx, console := n.chromium(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(n.URL+"/picture/market?level=substance")); err != nil {
		t.Fatal(err)
	}
	n.until(ctx, `document.querySelectorAll('figure[data-drawn]').length`, 1)
	err := chromedp.Do(ctx, chromedp.Focus(chromedp.CSS(".pic-canvas")), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.Sleep(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	says, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('.pic-says').textContent`))
	if err != nil || !strings.HasPrefix(says, "2014, ") {
		t.Errorf("the chart says %q, %v", says, err)
	}
	box, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('.pic-tip')?.textContent || ''`))
	if err != nil || !strings.Contains(box, "2014") {
		t.Errorf("the box beside the figure says %q, %v", box, err)
	}
	if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Enter), chromedp.Sleep(700*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil || !strings.Contains(at, "/seizures?") || !strings.Contains(at, "from=2014") {
		t.Errorf("Enter led to %s, %v", at, err)
	}
	if lines := console(); len(lines) > 0 {
		t.Errorf("the console says:\n%s", strings.Join(lines, "\n"))
	}
}
