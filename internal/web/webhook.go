package web

import (
	"errors"
	"net/http"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/desk"
)

// webhooksView is a list of webhooks: one's own with the form of a new one, or
// everybody's for who operates the node.
type webhooksView struct {
	Webhooks []webhookRow
	All      bool
	Operates bool // may see everybody's
	Form     form
	Kinds    []kindView
	Fresh    bool   // the person has just proved that it is he
	Secret   string // of the webhook made just now
}

type webhookRow struct {
	paiza.Webhook
	Owner string // name, in the list of all
}

type kindView struct {
	Kind string
	On   bool
}

// webhookView is one webhook with its attempts.
type webhookView struct {
	desk.WebhookDetail
	Owner string
	Form  form
	Back  string
}

func (s *Site) webhooks(w http.ResponseWriter, r *http.Request) error {
	return s.webhooksPage(w, r, http.StatusOK, form{}, "")
}

func (s *Site) webhooksPage(w http.ResponseWriter, r *http.Request, code int, f form, made string) error {
	v := visitOf(r)
	list, err := s.desk.Webhooks(r.Context(), v.Actor, false)
	if err != nil {
		return err
	}
	view := webhooksView{Form: f, Fresh: access.SteppedUp(v.Actor, s.now()), Secret: made, Operates: v.can(paiza.RightOperate)}
	for _, h := range list {
		view.Webhooks = append(view.Webhooks, webhookRow{Webhook: h})
	}
	for _, kind := range desk.EventKinds() {
		view.Kinds = append(view.Kinds, kindView{kind, f.Has("type", kind)})
	}
	return s.render(w, r, code, "webhook/list", view)
}

// allWebhooks is the list for who operates the node. Of an owner it shows the
// name where the reader manages people, and the id otherwise.
func (s *Site) allWebhooks(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	list, err := s.desk.Webhooks(r.Context(), v.Actor, true)
	if err != nil {
		return err
	}
	view := webhooksView{All: true, Operates: true}
	for _, h := range list {
		view.Webhooks = append(view.Webhooks, webhookRow{h, s.ownerName(r, h.Person)})
	}
	return s.render(w, r, http.StatusOK, "webhook/list", view)
}

func (s *Site) ownerName(r *http.Request, id string) string {
	p, err := s.desk.Person(r.Context(), visitOf(r).Actor, id)
	if err != nil {
		return id
	}
	return p.Name
}

// createWebhook makes a webhook and shows its secret this once.
func (s *Site) createWebhook(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	in := paiza.NewWebhook{Name: f.Get("name"), URL: f.Get("url"), Types: f.All("type"), Reason: f.Get("reason")}
	_, secret, err := s.desk.CreateWebhook(r.Context(), visitOf(r).Actor, in)
	if errors.Is(err, paiza.ErrInvalid) || errors.Is(err, paiza.ErrConflict) {
		return s.webhooksPage(w, r, http.StatusUnprocessableEntity, f.failed(visitOf(r).Print, err), "")
	}
	if err != nil {
		return err
	}
	return s.webhooksPage(w, r, http.StatusOK, form{}, secret)
}

func (s *Site) webhook(w http.ResponseWriter, r *http.Request) error {
	return s.webhookPage(w, r, http.StatusOK, form{})
}

func (s *Site) webhookPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	h, err := s.desk.Webhook(r.Context(), visitOf(r).Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := webhookView{WebhookDetail: h, Form: f, Back: "/account/webhooks"}
	if !h.Own {
		view.Owner, view.Back = s.ownerName(r, h.Person), "/node/webhooks"
	}
	return s.render(w, r, code, "webhook/detail", view)
}

// onWebhook does an act on a webhook and comes back to its page.
func onWebhook(done string, do func(s *Site, r *http.Request, id string, f form) error) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		f, id := readForm(r), r.PathValue("id")
		err := do(s, r, id, f)
		if errors.Is(err, paiza.ErrInvalid) {
			return s.webhookPage(w, r, http.StatusUnprocessableEntity, f.failed(visitOf(r).Print, err))
		}
		if err != nil {
			return err
		}
		s.flash(r, done)
		http.Redirect(w, r, "/account/webhooks/"+id, http.StatusSeeOther)
		return nil
	}
}

// webhookRoutes are the rows of webhooks.
func webhookRoutes() []route {
	act := func(name string, do func(s *Site, r *http.Request, id string, f form) error) route {
		return route{"POST", "/account/webhooks/{id}/" + name, signedIn, onWebhook("webhook."+name+"_done", do), false}
	}
	return []route{
		{"GET", "/account/webhooks", signedIn, (*Site).webhooks, false},
		{"POST", "/account/webhooks", signedIn, (*Site).createWebhook, false},
		{"GET", "/account/webhooks/{id}", signedIn, (*Site).webhook, false},
		{"GET", "/node/webhooks", paiza.RightOperate, (*Site).allWebhooks, false},
		act("pause", func(s *Site, r *http.Request, id string, f form) error {
			_, err := s.desk.PauseWebhook(r.Context(), visitOf(r).Actor, id, f.Get("reason"))
			return err
		}),
		act("resume", func(s *Site, r *http.Request, id string, f form) error {
			_, err := s.desk.ResumeWebhook(r.Context(), visitOf(r).Actor, id, f.Get("reason"))
			return err
		}),
		act("test", func(s *Site, r *http.Request, id string, _ form) error {
			_, err := s.desk.TestWebhook(r.Context(), visitOf(r).Actor, id)
			return err
		}),
		act("replay", func(s *Site, r *http.Request, id string, f form) error {
			after, err := paiza.ParseEventID(f.Get("after"))
			if err == nil {
				_, err = s.desk.ReplayWebhook(r.Context(), visitOf(r).Actor, id, after, f.Get("reason"))
			}
			return err
		}),
		{"POST", "/account/webhooks/{id}/remove", signedIn, (*Site).removeWebhook, false},
	}
}

func (s *Site) removeWebhook(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	h, err := s.desk.Webhook(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.desk.RemoveWebhook(r.Context(), v.Actor, h.ID, readForm(r).Get("reason")); err != nil {
		return err
	}
	to := "/account/webhooks"
	if !h.Own {
		to = "/node/webhooks"
	}
	s.flash(r, "webhook.remove_done")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
