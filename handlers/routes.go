package handlers

import (
	"slices"

	"billfold/handlers/page"
)

// routes is the route table: every page and form of the console. Each room lists its own.
func routes(d Deps) []page.Route {
	return slices.Concat(signinRoutes(d), accountRoutes(d), groupRoutes(d), tokenRoutes(d), referenceRoutes(d), cardRoutes(d), hostedRoutes(d))
}

// Routes is the route table without anything behind it, for tests that walk all of it.
func Routes(d Deps) []page.Route { return routes(d) }
