package invoice

// SetGroupsPerTransaction makes closing work in other steps, until what it returns is called.
func SetGroupsPerTransaction(n int) (undo func()) {
	before := groupsPerTransaction
	groupsPerTransaction = n
	return func() { groupsPerTransaction = before }
}
