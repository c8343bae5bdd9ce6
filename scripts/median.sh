#!/bin/sh
# median.sh prints, of repeated benchmark lines, the median of each.
exec awk '
/^Benchmark/ { name = $1; n[name]++; v[name, n[name]] = $3; line[name] = $0; if (n[name] == 1) order[++k] = name; next }
/ns\/op|^(goos|goarch|pkg|cpu|PASS|ok)/ { next }
{ print }
END {
	for (i = 1; i <= k; i++) {
		name = order[i]; m = n[name]
		for (a = 1; a < m; a++) for (b = a + 1; b <= m; b++) if (v[name, a] + 0 > v[name, b] + 0) { t = v[name, a]; v[name, a] = v[name, b]; v[name, b] = t }
		printf "%-60s %14.0f ns/op (median of %d)\n", name, v[name, int((m + 1) / 2)], m
	}
}'
