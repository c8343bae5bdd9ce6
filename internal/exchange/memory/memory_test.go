package memory_test

import (
	"testing"
	"time"

	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

func TestContract(t *testing.T) {
	exchangetest.Run(t, func(t *testing.T, ident *wire.Identity, now func() time.Time) exchangetest.Store {
		return memory.New(ident, now)
	})
}
