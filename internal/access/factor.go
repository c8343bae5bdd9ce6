package access

import (
	"slices"

	"paiza"
)

// administering are the rights by which somebody decides about others and about
// the node itself.
var administering = []paiza.Right{paiza.RightManagePeople, paiza.RightRecoverPerson, paiza.RightManageAgencies, paiza.RightOperate}

// Administers reports whether one of the roles decides about people, agencies or
// the node.
func Administers(roles []paiza.Role) bool {
	return slices.ContainsFunc(administering, func(r paiza.Right) bool { return holds(roles, r) })
}
