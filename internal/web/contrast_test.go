package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast holds the palette to WCAG 2.2 §1.4.3 (text, 4.5 : 1) in light
// and dark.
func TestContrast(t *testing.T) {
	css, err := assetFiles.ReadFile("assets/css/base.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	bySystem, byHand, ok2 := strings.Cut(rest, `:root[data-theme="dark"]`)
	if !ok || !ok2 {
		t.Fatal("base.css is not laid out as the test expects")
	}
	token := regexp.MustCompile(`--([a-z-]+):\s*#([0-9a-f]{6})`)
	for name, part := range map[string]string{"light": light, "dark by the system": bySystem, "dark by hand": byHand} {
		colour := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(part, -1) {
			colour[m[1]] = m[2]
		}
		for _, pair := range [][2]string{{"ink", "paper"}, {"ink", "surface"}, {"ink", "sunk"}, {"muted", "paper"}, {"muted", "surface"},
			{"muted", "raised"}, {"link", "paper"}, {"link", "surface"}, {"accent", "accent-soft"}, {"accent-ink", "accent"},
			{"good", "good-soft"}, {"warn", "warn-soft"}, {"bad", "bad-soft"}, {"bad", "surface"}, {"warn", "surface"}, {"ink", "mark"}} {
			a, b := luminance(colour[pair[0]]), luminance(colour[pair[1]])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 || math.IsNaN(ratio) {
				t.Errorf("%s: %s on %s has a contrast of %.2f", name, pair[0], pair[1], ratio)
			}
		}
	}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(hex string) float64 {
	if len(hex) != 6 {
		return math.NaN()
	}
	part := func(i int) float64 {
		n, _ := strconv.ParseUint(hex[i:i+2], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(0) + 0.7152*part(2) + 0.0722*part(4)
}

// TestLabelContrast holds the labels of the Traffic Light Protocol to the same:
// they have colours of their own, letters on black.
func TestLabelContrast(t *testing.T) {
	css, err := assetFiles.ReadFile("assets/css/handling.css")
	if err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile(`\.tlp(?:\.[a-z]+)? \{[^}]*[^-]color: #([0-9a-f]{6})`)
	found := rule.FindAllStringSubmatch(string(css), -1)
	if len(found) < 4 {
		t.Fatalf("handling.css is not laid out as the test expects: %d labels", len(found))
	}
	for _, m := range found {
		if ratio := (luminance(m[1]) + 0.05) / 0.05; m[1] != "000000" && ratio < 4.5 {
			t.Errorf("%s has a contrast of %.2f", m[0], ratio)
		}
	}
}
