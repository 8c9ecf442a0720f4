package handlers

import "billfold/handlers/page"

func accountRoutes(Deps) []page.Route { return nil }
