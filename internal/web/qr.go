package web

import (
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// quiet is the empty border that readers of QR codes need, in modules (ISO/IEC
// 18004 §5.3.8).
const quiet = 4

// qrCode draws a text as a QR code. It is dark on light in every theme: readers
// want it so.
func qrCode(text, label string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	side := code.Size + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" shape-rendering="crispEdges"><path class="light" d="M0 0h%dv%dh-%dz"/><path class="dark" d="%s"/></svg>`,
		side, side, 4*side, 4*side, template.HTMLEscapeString(label), side, side, side, path.String())), nil
}
