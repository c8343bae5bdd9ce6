// Package torture holds tests only: what two real nodes, each in a process of its
// own, must survive. A process is killed at any moment; a machine loses its
// power, which is the copy of a block device as it was at that moment under a
// live file system; a disk is full; a clock is wrong; keys change; what lies
// between two nodes repeats, holds back, cuts, changes and forges.
//
// Whatever happens, in the end: what was acknowledged to a person is at the
// other node, once; the receipts say what is true; nobody outside a group has
// its name or what went to it; and while something does not arrive both sides
// can say why. Read process_test.go first, then the accidents: kill_test.go,
// power_test.go, disk_test.go, line_test.go, clock_test.go, group_test.go.
//
// PAIZA_TORTURE says how many rounds of chance there are; make torture runs many.
package torture
