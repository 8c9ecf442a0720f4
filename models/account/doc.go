// Package account is the room of customers: accounts, their projects and billing groups, who held a
// project when, billing information and the ways to pay. The rules are pure and stand in
// account.go, name.go, project.go, assignment.go, move.go, group.go, information*.go and vat*.go; SQL is in the *_store.go files.
package account
