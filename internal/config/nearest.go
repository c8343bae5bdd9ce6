package config

import "strings"

// nearest is the word of the list with the fewest letters to change.
func nearest(word string, list []string) string {
	best, at := "", 1<<30
	for _, w := range list {
		d := distance(word, w)
		// The name alone is often right and the table forgotten.
		if _, name, ok := strings.Cut(w, "."); ok {
			d = min(d, distance(word, name)+1)
		}
		if d < at {
			best, at = w, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes: keys are ASCII.
func distance(a, b string) int {
	if len(a) > 100 {
		a = a[:100]
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost = 1 + min(last, row[j], row[j+1])
			}
			last, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
