package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"paiza"
)

// record is what acts on one kind of record have in common.
type record[R any] struct {
	list    string // address of the list; a record stands under it by its id
	version func(R) int64
	// read is the record for an act, refused as the act would be.
	read func(s *Site, r *http.Request, right paiza.Right, id string) (R, error)
	// show answers with the page of an act. seen is the version that the person
	// had before him.
	show func(s *Site, w http.ResponseWriter, r *http.Request, code int, page string, now R, seen int64, f form) error
}

// act is one thing that is done to a record that exists, with its page: to
// correct, relabel or withdraw it.
type act[R any] struct {
	of    record[R]
	page  string
	right paiza.Right
	bar   func(R) error                            // why it is not done to this one; nil for always
	fill  func(*Site, *http.Request, R) url.Values // a form that is opened; nil for an empty one
	do    func(s *Site, r *http.Request, id string, expect int64, f form) error
	said  string
}

// form answers with the form of the act.
func (a act[R]) form(s *Site, w http.ResponseWriter, r *http.Request) error {
	now, err := a.of.read(s, r, a.right, r.PathValue("id"))
	if err == nil && a.bar != nil {
		err = a.bar(now)
	}
	if err != nil {
		return err
	}
	values := url.Values{}
	if a.fill != nil {
		values = a.fill(s, r, now)
	}
	return a.of.show(s, w, r, http.StatusOK, a.page, now, a.of.version(now), form{values: values})
}

// post does the act. When somebody else changed the record meanwhile the form
// comes back with what changed, and the next attempt is at the new version.
func (a act[R]) post(s *Site, w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	id := r.PathValue("id")
	expect, _ := strconv.ParseInt(f.Get("expect"), 10, 64)
	err := a.do(s, r, id, expect, f)
	if err == nil {
		s.flash(r, a.said)
		http.Redirect(w, r, a.of.list+"/"+id, http.StatusSeeOther)
		return nil
	}
	if !refusedHere(err) {
		return err
	}
	now, again := a.of.read(s, r, a.right, id)
	if again != nil {
		return err // withdrawn meanwhile, or no longer his to change
	}
	code, _ := statusOf(err)
	return a.of.show(s, w, r, code, a.page, now, expect, f.failed(visitOf(r).Print, err))
}

// difference is one field of which two versions say different things.
type difference struct{ Field, Before, After string }

// since is what changed in a record after the version that the person had before
// him; nothing when that is the present one, or is no more.
func since[R any](now R, version, seen int64, at func(version int64) (R, error), compare func(before, after R) []difference) ([]difference, error) {
	if seen == 0 || seen == version {
		return nil, nil
	}
	old, err := at(seen)
	if errors.Is(err, paiza.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return compare(old, now), nil
}
