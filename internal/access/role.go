package access

import (
	"slices"

	"paiza"
)

// reading is what everybody may do who works with records.
var reading = []paiza.Right{paiza.RightReadSeizure, paiza.RightReadPicture, paiza.RightReadCatalog, paiza.RightReadCase, paiza.RightReadAlert}

// rights is what each role may do. A right that stands in no row belongs to
// nobody.
var rights = map[paiza.Role][]paiza.Right{
	paiza.RoleViewer: reading,
	paiza.RoleRegistrar: with(reading, paiza.RightRecordSeizure, paiza.RightCorrectSeizure, paiza.RightWithdrawSeizure,
		paiza.RightImport, paiza.RightUndoImport, paiza.RightReadMessage, paiza.RightSendMessage),
	paiza.RoleAnalyst: with(reading, paiza.RightExport, paiza.RightRelabel, paiza.RightRaiseAlert, paiza.RightProposeRelease,
		paiza.RightReadMessage, paiza.RightSendMessage),
	paiza.RoleChemist: with(reading, paiza.RightCorrectSeizure, paiza.RightRaiseAlert),
	paiza.RoleProsecutor: with(reading, paiza.RightManageCase, paiza.RightRelabel, paiza.RightRaiseAlert, paiza.RightWithdrawSeizure, paiza.RightExport,
		paiza.RightProposeRelease, paiza.RightConfirmRelease, paiza.RightReadMessage, paiza.RightSendMessage),
	paiza.RoleDutyOfficer: with(reading, paiza.RightRecordSeizure, paiza.RightRaiseAlert, paiza.RightProposeRelease,
		paiza.RightReadMessage, paiza.RightSendMessage),
	paiza.RolePressOfficer: {paiza.RightReadSeizure, paiza.RightReadPicture, paiza.RightReadCatalog, paiza.RightReadAlert, paiza.RightExport},
	paiza.RoleAuditor:      {paiza.RightReadCatalog, paiza.RightReadLedger},
	// An administrator looks after people and the machine; the role by itself
	// opens no record.
	paiza.RoleAdministrator: {paiza.RightReadCatalog, paiza.RightManagePeople, paiza.RightRecoverPerson, paiza.RightManageAgencies,
		paiza.RightReadLedger, paiza.RightOperate, paiza.RightManagePeers},
}

func with(list []paiza.Right, more ...paiza.Right) []paiza.Right {
	return append(slices.Clone(list), more...)
}

func holds(roles []paiza.Role, right paiza.Right) bool {
	for _, role := range roles {
		if slices.Contains(rights[role], right) {
			return true
		}
	}
	return false
}

// Rights lists what a role may do.
func Rights(role paiza.Role) []paiza.Right { return slices.Clone(rights[role]) }

// besidesPress reports whether a role other than that of the press gives the
// actor the right.
func besidesPress(who *paiza.Actor, right paiza.Right) bool {
	others := slices.DeleteFunc(slices.Clone(who.Roles), func(r paiza.Role) bool { return r == paiza.RolePressOfficer })
	return holds(others, right)
}
