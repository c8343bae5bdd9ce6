package web

import (
	"net/http"
	"strconv"

	"paiza"
	"paiza/internal/config"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/wire"
)

// asideSays says what is wrong with the ledger that a partner shows; empty when
// nothing is.
func asideSays(p *locale.Printer, l desk.ShownLedger) string {
	if l.Aside == nil {
		return ""
	}
	switch wire.Reason(l.Aside.Why) {
	case wire.ReasonLedgerBack:
		return p.T("shown.put_back", "n", l.Aside.Entries, "before", l.Entries, "time", l.Aside.Restored)
	case wire.ReasonLedgerKey:
		return p.T("shown.other_key", "n", l.Aside.Entries)
	}
	return p.T("shown.rewritten", "n", l.Aside.Entries, "before", l.Entries)
}

// acceptLedger lets a partner's ledger go on from the head that was set aside.
func (s *Site) acceptLedger(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	return s.partnerDone(w, r, "ledger", f, s.desk.AcceptLedger(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("reason")))
}

// quotaRow is one part of what a partner may send in a day.
type quotaRow struct {
	Name, Used, Limit string
	Own, Near         bool
}

func quotaRows(p *locale.Printer, q desk.QuotaDetail) []quotaRow {
	row := func(key string, used, limit, own int64, say func(int64) string) quotaRow {
		out := quotaRow{Name: p.T(key), Used: say(used), Own: own > 0, Near: limit > 0 && used >= limit/5*4}
		if limit > 0 {
			out.Limit = say(limit)
		}
		return out
	}
	return []quotaRow{
		row("quota.messages", q.Used.Messages, q.Limit.Messages, q.Own.Messages, p.Number),
		row("quota.bytes", q.Used.Bytes, q.Limit.Bytes, q.Own.Bytes, p.Bytes),
		row("quota.files", q.Used.Files, q.Limit.Files, q.Own.Files, p.Bytes),
	}
}

// setQuota gives a partner a quota of its own.
func (s *Site) setQuota(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	var q paiza.Quota
	var err error
	if text := f.Get("messages"); text != "" {
		if q.Messages, err = strconv.ParseInt(text, 10, 64); err != nil || q.Messages < 0 {
			err = badField("messages", "quota.form")
		}
	}
	for field, into := range map[string]*int64{"bytes": &q.Bytes, "files": &q.Files} {
		if text := f.Get(field); text != "" && err == nil {
			size, fault := config.ParseSize(text)
			if fault != nil {
				err = badField(field, "quota.form")
			}
			*into = int64(size)
		}
	}
	if err == nil {
		err = s.desk.SetQuota(r.Context(), visitOf(r).Actor, r.PathValue("id"), q, f.Get("reason"))
	}
	return s.partnerDone(w, r, "quota", f, err)
}
