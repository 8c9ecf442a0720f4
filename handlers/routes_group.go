package handlers

import (
	"slices"

	"billfold/handlers/page"
)

// groupRoutes are the pages of a billing group that are read, and those that change it.
func groupRoutes(d Deps) []page.Route {
	return slices.Concat(groupReadRoutes(d), groupWriteRoutes(d))
}

func groupReadRoutes(d Deps) []page.Route { return nil }
