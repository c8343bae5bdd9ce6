package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"golang.org/x/text/language"
)

// The map is drawn at most some 1,500 pixels wide and magnified eight times.
const (
	grid    = 16000  // steps of the quantised plane over the width of the world
	detail  = 1.6e-6 // smallest triangle that a border keeps, in Earth radii squared
	islet   = 1.2e-5 // smallest island that is kept beside a larger part of the state
	minimum = 4      // points of the smallest ring
)

type point struct{ x, y float64 }

type topology struct {
	Type      string             `json:"type"`
	Transform *transform         `json:"transform"`
	Objects   map[string]*object `json:"objects"`
	Arcs      [][][2]int         `json:"arcs"`
}

type transform struct {
	Scale     [2]float64 `json:"scale"`
	Translate [2]float64 `json:"translate"`
}

type object struct {
	Type       string      `json:"type"`
	Geometries []*geometry `json:"geometries"`
}

type geometry struct {
	Type       string            `json:"type"`
	ID         string            `json:"id"`
	Arcs       json.RawMessage   `json:"arcs"`
	Properties map[string]string `json:"properties,omitempty"`
}

// world turns the shapes of world-atlas (longitude and latitude, ISO numeric
// codes) into what the page draws: Equal Earth, simplified, alpha-3 codes, no
// names (the page has those in the reader's language), no Antarctica.
func world(raw []byte) ([]byte, error) {
	var in topology
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	countries := in.Objects["countries"]
	if countries == nil || in.Transform == nil {
		return nil, fmt.Errorf("no object named countries")
	}
	arcs := make([][]point, len(in.Arcs))
	for i, a := range in.Arcs {
		arcs[i] = plane(a, *in.Transform)
	}
	rough := make([][]point, len(arcs))
	for i, a := range arcs {
		rough[i] = simplify(a, detail)
	}
	kept := &keeper{arcs: rough, number: map[int]int{}}
	var shapes []*geometry
	for _, g := range countries.Geometries {
		id := alpha3(g)
		if id == "" || id == "ATA" {
			continue
		}
		polygons, err := polygons(g)
		if err != nil {
			return nil, err
		}
		polygons = withoutIslets(polygons, arcs)
		kept.renumber(polygons)
		out, err := json.Marshal(polygons)
		if err != nil {
			return nil, err
		}
		shapes = append(shapes, &geometry{Type: "MultiPolygon", ID: id, Arcs: out})
	}
	t, quantised := quantise(kept.used)
	return json.Marshal(topology{Type: "Topology", Transform: &t, Arcs: quantised,
		Objects: map[string]*object{"countries": {Type: "GeometryCollection", Geometries: shapes}}})
}

// alpha3 gives the code of a shape. Shapes without a code of their own go to
// the state whose territory the United Nations regards them as; Kosovo keeps
// the user-assigned code that statistics use.
func alpha3(g *geometry) string {
	switch g.Properties["name"] {
	case "Somaliland":
		return "SOM"
	case "N. Cyprus":
		return "CYP"
	case "Kosovo":
		return "XKX"
	}
	n, err := strconv.Atoi(g.ID)
	if err != nil {
		return ""
	}
	r, err := language.EncodeM49(n)
	if err != nil {
		return ""
	}
	return r.ISO3()
}

// middle is the meridian at the middle of the map: with it the edge runs
// through the Bering Strait and cuts no state in two.
const middle = 10.7

// plane decodes an arc and projects it. The shapes run on over the 180th
// meridian; an arc is unrolled from its first point, so that an island on the
// edge stands out over it a little instead of being torn over the whole map.
func plane(arc [][2]int, t transform) []point {
	out := make([]point, len(arc))
	x, y := 0, 0
	last := 0.0
	for i, d := range arc {
		x, y = x+d[0], y+d[1]
		lon := math.Mod(float64(x)*t.Scale[0]+t.Translate[0]-middle+540, 360) - 180
		if i > 0 {
			lon += 360 * math.Round((last-lon)/360)
		}
		last = lon
		out[i] = equalEarth(lon, float64(y)*t.Scale[1]+t.Translate[1])
	}
	return out
}

// equalEarth is the projection of Šavrič, Patterson and Jenny (2018), in Earth
// radii: areas compare, which a map of amounts needs.
func equalEarth(lon, lat float64) point {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	l := math.Asin(math.Sqrt(3) / 2 * math.Sin(lat*math.Pi/180))
	l2 := l * l
	l6 := l2 * l2 * l2
	return point{
		x: lon * math.Pi / 180 * math.Cos(l) / (math.Sqrt(3) / 2 * (a1 + 3*a2*l2 + l6*(7*a3+9*a4*l2))),
		y: l * (a1 + a2*l2 + l6*(a3+a4*l2)),
	}
}

// simplify drops the points whose triangle with their neighbours is smallest,
// until none is smaller than area (Visvalingam and Whyatt 1993). The ends stay,
// so that the borders of neighbours still meet.
func simplify(arc []point, area float64) []point {
	out := append([]point(nil), arc...)
	ring := len(arc) > 1 && arc[0] == arc[len(arc)-1]
	for len(out) > 2 && (!ring || len(out) > minimum) {
		least, at := area, -1
		for i := 1; i < len(out)-1; i++ {
			if a := triangle(out[i-1], out[i], out[i+1]); a < least {
				least, at = a, i
			}
		}
		if at < 0 {
			break
		}
		out = append(out[:at], out[at+1:]...)
	}
	return out
}

func triangle(a, b, c point) float64 {
	return math.Abs((b.x-a.x)*(c.y-a.y)-(c.x-a.x)*(b.y-a.y)) / 2
}

// polygons reads the rings of a shape: polygon → ring → arc number.
func polygons(g *geometry) ([][][]int, error) {
	if g.Type == "MultiPolygon" {
		var out [][][]int
		return out, json.Unmarshal(g.Arcs, &out)
	}
	var one [][]int
	if err := json.Unmarshal(g.Arcs, &one); err != nil {
		return nil, err
	}
	return [][][]int{one}, nil
}

// withoutIslets leaves out islands too small to see, but never the largest
// part of a state.
func withoutIslets(in [][][]int, arcs [][]point) [][][]int {
	largest, at := -1.0, 0
	sizes := make([]float64, len(in))
	for i, p := range in {
		sizes[i] = size(p[0], arcs)
		if sizes[i] > largest {
			largest, at = sizes[i], i
		}
	}
	var out [][][]int
	for i, p := range in {
		if i == at || sizes[i] >= islet {
			out = append(out, p)
		}
	}
	return out
}

// size is the area of a ring.
func size(ring []int, arcs [][]point) float64 {
	var sum float64
	for _, n := range ring {
		a, back := arcs[max(n, ^n)], n < 0
		for i := 1; i < len(a); i++ {
			p, q := a[i-1], a[i]
			if back {
				p, q = q, p
			}
			sum += p.x*q.y - q.x*p.y
		}
	}
	return math.Abs(sum) / 2
}

// keeper gathers the arcs that are still in use and numbers them anew.
type keeper struct {
	arcs   [][]point
	number map[int]int
	used   [][]point
}

func (k *keeper) renumber(polygons [][][]int) {
	for _, p := range polygons {
		for _, ring := range p {
			for i, n := range ring {
				old := max(n, ^n)
				now, ok := k.number[old]
				if !ok {
					now = len(k.used)
					k.number[old] = now
					k.used = append(k.used, k.arcs[old])
				}
				if n < 0 {
					now = ^now
				}
				ring[i] = now
			}
		}
	}
}

// quantise puts the points on a grid and writes each as the step from the one
// before, which is what makes the file small.
func quantise(arcs [][]point) (transform, [][][2]int) {
	lo, hi := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, a := range arcs {
		for _, p := range a {
			lo.x, lo.y = min(lo.x, p.x), min(lo.y, p.y)
			hi.x, hi.y = max(hi.x, p.x), max(hi.y, p.y)
		}
	}
	step := math.Round((hi.x-lo.x)/grid*1e9) / 1e9
	t := transform{Scale: [2]float64{step, step}, Translate: [2]float64{round6(lo.x), round6(lo.y)}}
	out := make([][][2]int, len(arcs))
	for i, a := range arcs {
		lastX, lastY := 0, 0
		for j, p := range a {
			x, y := int(math.Round((p.x-lo.x)/step)), int(math.Round((p.y-lo.y)/step))
			if j > 0 && x == lastX && y == lastY && j < len(a)-1 {
				continue
			}
			out[i] = append(out[i], [2]int{x - lastX, y - lastY})
			lastX, lastY = x, y
		}
	}
	return t, out
}

func round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }
