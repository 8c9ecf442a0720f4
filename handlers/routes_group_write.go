package handlers

import "billfold/handlers/page"

// groupWriteRoutes are the forms that change a billing group.
func groupWriteRoutes(Deps) []page.Route { return nil }
