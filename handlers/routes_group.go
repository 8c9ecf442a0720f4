package handlers

import "billfold/handlers/page"

func groupRoutes(Deps) []page.Route { return nil }
