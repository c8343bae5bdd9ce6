package access

import (
	"errors"
	"slices"
	"testing"

	"paiza"
)

// TestRights holds the table of rights against the one that the guides
// describe: a right that slips into a role is found here.
func TestRights(t *testing.T) {
	table := map[paiza.Right][]paiza.Role{
		paiza.RightReadSeizure:   {paiza.RoleViewer, paiza.RoleRegistrar, paiza.RoleAnalyst},
		paiza.RightReadPicture:   {paiza.RoleViewer, paiza.RoleRegistrar, paiza.RoleAnalyst},
		paiza.RightReadCatalog:   {paiza.RoleViewer, paiza.RoleRegistrar, paiza.RoleAnalyst, paiza.RoleAdministrator},
		paiza.RightRecordSeizure: {paiza.RoleRegistrar},
		paiza.RightImport:        {paiza.RoleRegistrar},
		paiza.RightUndoImport:    {paiza.RoleRegistrar},
		paiza.RightExport:        {paiza.RoleAnalyst},
		paiza.RightManagePeople:  {paiza.RoleAdministrator},
		paiza.RightReadLedger:    {paiza.RoleAdministrator},
		paiza.RightOperate:       {paiza.RoleAdministrator},
	}
	for right, roles := range table {
		for _, role := range paiza.Roles() {
			err := Allow(paiza.Actor{ID: "p", Roles: []paiza.Role{role}}, right)
			if want := slices.Contains(roles, role); want != (err == nil) {
				t.Errorf("%s, %s: %v", role, right, err)
			}
			if err != nil && !errors.Is(err, paiza.ErrForbidden) {
				t.Errorf("%s, %s: the refusal is of another kind: %v", role, right, err)
			}
		}
		if Allow(paiza.Actor{Roles: paiza.Roles()}, right) == nil {
			t.Errorf("%s: nobody is allowed", right)
		}
		if Allow(paiza.Actor{ID: "p", Roles: []paiza.Role{"", "root"}}, right) == nil {
			t.Errorf("%s: a role that is none is allowed", right)
		}
	}
	for _, role := range paiza.Roles() {
		for _, right := range Rights(role) {
			if table[right] == nil {
				t.Errorf("%s holds %s, which stands in no table", role, right)
			}
		}
	}
	if Allow(paiza.Operator("x"), "no.such.right") == nil {
		t.Error("a right that stands nowhere is granted")
	}
}
