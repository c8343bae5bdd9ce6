package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/picture"
	"paiza/internal/store"
	"paiza/internal/web"
)

// slicesOf generates a store with the distribution of the individual drug
// seizures and measures random slices of it, at the desk and as pages.
func slicesOf(ctx context.Context) error {
	ids, err := file("unodc_ids/ids_2011_2015.csv.gz")
	if err != nil {
		return err
	}
	dir, clean := tempDir()
	defer clean()
	target := filepath.Join(dir, "big.paiza")
	if *keep != "" {
		target = *keep
	}
	if _, err := os.Stat(target); err != nil {
		fmt.Fprintf(os.Stderr, "generating %d rows …\n", *rows)
		if err := generate(ctx, target, ids, *rows); err != nil {
			return err
		}
	}
	s, err := store.Open(ctx, target)
	if err != nil {
		return err
	}
	defer s.Close()
	d, err := desk.Open(ctx, desk.Options{Store: s})
	if err != nil {
		return err
	}
	defer d.Close()
	who := paiza.Operator("bench")
	start := time.Now()
	if _, err := d.Market(ctx, who, paiza.Slice{}, paiza.ByYear, picture.BySubstance); err != nil {
		return err
	}
	seen, err := d.Overview(ctx, who)
	if err != nil {
		return err
	}
	figure(fmt.Sprintf("rows in the store: %d; first look", seen.Rows), ms(time.Since(start)), "")
	facets, err := d.Facets(ctx, who)
	if err != nil {
		return err
	}
	r := mrand.New(mrand.NewPCG(1, 2))
	took := map[string][]time.Duration{}
	for range 300 {
		q := slice(r, facets)
		grain := paiza.ByYear
		if r.IntN(2) == 0 {
			grain = paiza.ByMonth
		}
		timed := func(name string, fn func() error) {
			start := time.Now()
			err = errors.Join(err, fn())
			took[name] = append(took[name], time.Since(start))
		}
		timed("market", func() error { _, err := d.Market(ctx, who, q, grain, picture.BySubstance); return err })
		timed("balance", func() error { _, err := d.Balance(ctx, who, q, grain, picture.BySubstance); return err })
		timed("routes", func() error { _, err := d.Routes(ctx, who, q, 100); return err })
	}
	if err != nil {
		return err
	}
	for _, name := range []string{"market", "balance", "routes"} {
		figure("a slice of "+name+", p95 of 300", ms(percentile(took[name], 0.95)), "≤ 30 ms")
	}
	return pages(ctx, d, facets, r)
}

// slice is a random question, from the whole world down to one state and
// substance.
func slice(r *mrand.Rand, f desk.Facets) paiza.Slice {
	var s paiza.Slice
	if r.IntN(3) > 0 && len(f.Countries) > 0 {
		s.Countries = []paiza.Country{f.Countries[r.IntN(len(f.Countries))]}
	}
	if r.IntN(3) == 0 && len(f.Substances) > 0 {
		s.Substances = []string{f.Substances[r.IntN(len(f.Substances))]}
	}
	if r.IntN(3) == 0 && len(f.Groups) > 0 {
		s.Groups = []paiza.Group{f.Groups[r.IntN(len(f.Groups))]}
	}
	if r.IntN(2) == 0 && len(f.Years) > 0 {
		y := f.Years[r.IntN(len(f.Years))]
		s.Period = paiza.Period{From: paiza.NewDate(y, 0, 0), To: paiza.NewDate(y, 0, 0)}
	}
	return s
}

// pages measures the time to the first byte of the picture's pages.
func pages(ctx context.Context, d *desk.Desk, f desk.Facets, r *mrand.Rand) error {
	need, err := d.NeedsSetup(ctx)
	if err != nil {
		return err
	}
	const login, password = "bench", "seven-bridges-of-koenigsberg"
	if need {
		_, err = d.CreatePerson(ctx, paiza.Operator("bench"), paiza.NewPerson{Login: login, Name: "Bench", Roles: paiza.Roles(), Password: password})
		if err != nil {
			return err
		}
	}
	srv := httptest.NewServer(web.New(d, web.Options{Catalog: catalog.Default()}))
	defer srv.Close()
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	resp, err := client.PostForm(srv.URL+"/sign-in", url.Values{"login": {login}, "password": {password}})
	if err != nil {
		return err
	}
	resp.Body.Close()
	for _, page := range []string{"market", "balance", "routes", "calendar", "coverage"} {
		var took []time.Duration
		for range 60 {
			q := slice(r, f)
			v := url.Values{}
			for _, c := range q.Countries {
				v.Add("country", string(c))
			}
			for _, c := range q.Substances {
				v.Add("substance", c)
			}
			for _, g := range q.Groups {
				v.Add("group", string(g))
			}
			if q.Period.From != 0 {
				v.Set("from", q.Period.From.String())
				v.Set("to", q.Period.To.String())
			}
			start := time.Now()
			resp, err := client.Get(srv.URL + "/picture/" + page + "?" + v.Encode())
			if err != nil {
				return err
			}
			took = append(took, time.Since(start)) // headers are here: the first byte
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != 200 {
				return fmt.Errorf("page %s answered %s", page, resp.Status)
			}
		}
		figure("page "+page+", first byte, p95 of 60", ms(percentile(took, 0.95)), "≤ 100 ms")
	}
	return nil
}

// generate fills a store with rows drawn from the real file, each with another
// amount and day, through the store's own loader.
func generate(ctx context.Context, target, ids string, n int64) error {
	s, err := store.Open(ctx, target)
	if err != nil {
		return err
	}
	defer s.Close()
	var base []paiza.Seizure
	if err := sample(ctx, target+".sample", ids, func(z paiza.Seizure) error {
		base = append(base, z)
		return nil
	}); err != nil {
		return err
	}
	imp := &paiza.Import{File: "generated", Profile: "generated", Source: "generated", Kind: paiza.KindSeizures, Started: time.Now(),
		Handling: paiza.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeStatistics, Owner: paiza.HomeAgency}}
	var num, handling int64
	if err := s.Write(ctx, func(t *store.Tx) (err error) { num, handling, err = t.BeginImport(imp); return err }); err != nil {
		return err
	}
	r := mrand.New(mrand.NewPCG(3, 4))
	first, days := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC), 1826
	l := s.NewLoader(num, handling, true)
	for done := int64(0); done < n; {
		chunk := make([]store.ImportRow, min(5000, n-done))
		for i := range chunk {
			z := base[r.IntN(len(base))]
			z.Amount.Base = max(1, int64(float64(z.Amount.Base)*(0.5+r.Float64())))
			// Rows come in the order of time, as they do at a node.
			z.Date = paiza.DateOf(first.AddDate(0, 0, int((done+int64(i))*int64(days)/n)))
			chunk[i].Seizure = &z
			rand.Read(chunk[i].Key[:])
			binary.BigEndian.PutUint32(chunk[i].Key[:4], uint32(z.Date))
		}
		if err := l.Load(ctx, store.Pack(chunk), nil, paiza.Progress{}, func(*store.Tx) error { return nil }); err != nil {
			return err
		}
		if done += int64(len(chunk)); done%1_000_000 == 0 {
			fmt.Fprintf(os.Stderr, "  %d rows\n", done)
		}
	}
	return s.Write(ctx, func(t *store.Tx) error {
		imp.Finished = time.Now()
		return t.FinishImport(num, imp, nil, l.Sum)
	})
}

// sample imports the real file into a store of its own and gives its rows.
func sample(ctx context.Context, target, ids string, fn func(paiza.Seizure) error) error {
	s, err := store.Open(ctx, target)
	if err != nil {
		return err
	}
	defer s.Close()
	d, err := desk.Open(ctx, desk.Options{Store: s})
	if err != nil {
		return err
	}
	defer d.Close()
	who := paiza.Operator("bench")
	if _, err := d.Import(ctx, who, desk.ImportRequest{Path: ids}, nil); err != nil {
		return err
	}
	return d.EachSeizure(ctx, who, paiza.SeizureFilter{}, fn)
}
