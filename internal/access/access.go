// Package access decides whether an actor may do something. It is pure: a table
// of roles and rights and nothing else. Package desk asks it at the beginning of
// every act; no other package may decide on rights.
package access

import (
	"slices"

	"paiza"
)

// rights is what each role may do. A right that stands in no row belongs to
// nobody.
var rights = map[paiza.Role][]paiza.Right{
	paiza.RoleViewer: {paiza.RightReadSeizure, paiza.RightReadPicture, paiza.RightReadCatalog},
	paiza.RoleRegistrar: {paiza.RightReadSeizure, paiza.RightReadPicture, paiza.RightReadCatalog,
		paiza.RightRecordSeizure, paiza.RightImport, paiza.RightUndoImport},
	paiza.RoleAnalyst: {paiza.RightReadSeizure, paiza.RightReadPicture, paiza.RightReadCatalog, paiza.RightExport},
	// An administrator looks after people and the machine; the role by itself
	// opens no seizure.
	paiza.RoleAdministrator: {paiza.RightReadCatalog, paiza.RightManagePeople, paiza.RightReadLedger, paiza.RightOperate},
}

// Allow answers nil when one of the actor's roles holds the right, and
// otherwise a refusal that names it.
func Allow(who paiza.Actor, right paiza.Right) error {
	if who.Anonymous() {
		return paiza.Forbidden(right)
	}
	for _, role := range who.Roles {
		if slices.Contains(rights[role], right) {
			return nil
		}
	}
	return paiza.Forbidden(right)
}

// Rights lists what a role may do.
func Rights(role paiza.Role) []paiza.Right { return slices.Clone(rights[role]) }
