package obs

import (
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the figures of one process, in a registry of its own. A nil
// *Metrics counts nothing. The names are a promise to the rules in
// deploy/prometheus: one that is there is not renamed.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	underWay  prometheus.Gauge
	refused   prometheus.Counter
	waiting   prometheus.Gauge
	commit    prometheus.Histogram
	notKept   prometheus.Counter
	certFault prometheus.Counter
}

// NewMetrics makes the figures of a process of this version.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "paiza_http_requests_total",
			Help: "Requests answered, by the pattern of the route and the class of the status."}, []string{"method", "route", "class"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "paiza_http_request_seconds",
			Help: "Time from the first byte of a request to the last of its answer.", Buckets: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 60}}, []string{"route"}),
		underWay: prometheus.NewGauge(prometheus.GaugeOpts{Name: "paiza_http_requests_open", Help: "Requests being answered."}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{Name: "paiza_sign_in_refused_total",
			Help: "Sign-ins that were refused: wrong, unknown, disabled or too many; and requests with a bad token."}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{Name: "paiza_store_writes_waiting", Help: "Transactions that wait for the store or are in it."}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "paiza_store_write_seconds",
			Help: "Time of a transaction from asking to durable.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}),
		notKept: prometheus.NewCounter(prometheus.CounterOpts{Name: "paiza_store_write_failed_total",
			Help: "Transactions that the store could not keep; refusals of an act do not count."}),
		certFault: prometheus.NewCounter(prometheus.CounterOpts{Name: "paiza_certificate_reload_failed_total",
			Help: "New certificates that could not be used; the old one stays."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "paiza_build_info", Help: "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.seconds, m.underWay, m.refused, m.waiting, m.commit, m.notKept, m.certFault, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// Names are the names of the figures that have a value now, without the
// endings of a histogram.
func (m *Metrics) Names() ([]string, error) {
	families, err := m.registry.Gather()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range families {
		out = append(out, f.GetName())
	}
	return out, nil
}

func (m *Metrics) open(n float64) {
	if m != nil {
		m.underWay.Add(n)
	}
}

func (m *Metrics) answered(method, route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(methodOf(method), route, strconv.Itoa(status/100)+"xx").Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
	signIn := method == http.MethodPost && strings.HasPrefix(route, "/sign-in") && status >= 400 && status < 500
	if signIn || status == http.StatusUnauthorized {
		m.refused.Inc()
	}
}

// WriteBegan counts a transaction that asks for the store.
func (m *Metrics) WriteBegan() { m.waiting.Inc() }

// WriteEnded counts a transaction that is durable or that failed; lost says
// that the store could not keep it.
func (m *Metrics) WriteEnded(took time.Duration, lost bool) {
	m.waiting.Dec()
	m.commit.Observe(took.Seconds())
	if lost {
		m.notKept.Inc()
	}
}

// CertificateFailed counts a new certificate that could not be used.
func (m *Metrics) CertificateFailed() { m.certFault.Inc() }

// Certificate adds the time at which the certificate in use runs out.
func (m *Metrics) Certificate(expiry func() time.Time) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "paiza_certificate_expiry_timestamp_seconds",
		Help: "When the certificate in use runs out."}, func() float64 { return float64(expiry().Unix()) }))
}
