package views

import (
	"strings"
	"testing"

	"billfold/models"
)

func shellOf() Shell {
	return Shell{
		Title: "Invoices – Research", Path: "/x?status=paid", CreateProjectPath: "/accounts/a1/projects/new",
		User:    &ShellUser{"Ana Lima", "ana@example.com"},
		Project: &ShellProject{"p1", "dev-sandbox", "Acme Cloud"}, Recent: []ShellProject{{"p1", "dev-sandbox", "Acme Cloud"}, {"p2", "web", "Acme Cloud"}},
		Crumbs:   []Crumb{{"Projects & Accounts", "/accounts"}, {"Acme Cloud", "/accounts/a1"}},
		Operator: Operator{Name: "Northwind", SupportURL: "https://support.example", Contact: "billing@northwind.example"},
	}
}

func TestLayoutIsAWholePage(t *testing.T) {
	got := html(t, Layout(shellOf()))
	contains(t, got, "<!doctype html>", `<html lang="en">`, "<title>Invoices – Research – Billfold</title>", `href="#main">Skip to main content`,
		`<main id="main" class="main" tabindex="-1">`, `aria-label="Breadcrumb"`, `hx-boost:inherited="true"`,
		`aria-label="Current project: dev-sandbox, Acme Cloud"`, "See all projects &amp; accounts", "Create project", `<a href="/projects/p1" aria-current="page">`,
		`<form class="menu-form" method="post" action="/sign-out" hx-boost="false">`, "Ana Lima",
		"All times are UTC. Amounts exclude tax unless stated.", `href="/help"`, "Northwind support", "mailto:billing@northwind.example",
		`<form class="theme" method="post" action="/theme" hx-boost="false">`, `name="return" value="/x?status=paid"`, `value="system" aria-pressed="true"`)
	lacks(t, got, "data-theme", `role="alert"`, "data-flash", "style=", "<style", "Find a project")
	references(t, got)
	for _, landmark := range []string{"<main", "<header", "<footer"} {
		if n := strings.Count(got, landmark); n != 1 {
			t.Errorf("%d times %s", n, landmark)
		}
	}
}

func TestLayoutStates(t *testing.T) {
	s := shellOf()
	s.Errors = []models.Field{{Name: "", Message: "Nothing was moved"}}
	s.Theme, s.Project, s.CreateProjectPath, s.ManyProjects = "dark", nil, "", true
	s.Flash = &Flash{Text: "3 projects moved to", LinkText: "Research", LinkPath: "/billing-groups/g2",
		Undo: &UndoForm{Action: "/undo", Label: "Undo", Fields: []HiddenField{{"move", "m1"}}}}
	got := html(t, Layout(s))
	contains(t, got, "<title>Error: Invoices – Research – Billfold</title>", `data-theme="dark"`, `content="dark"`, `value="dark" aria-pressed="true"`,
		"Choose a project", `action="/go"`, `name="type" value="project"`, `role="status" data-flash`, `action="/undo"`, `name="move" value="m1"`)
	lacks(t, got, "Create project")
	if strings.Index(got, `id="errors"`) > strings.Index(got, "data-flash") || strings.Index(got, `id="errors"`) < strings.Index(got, "<main") {
		t.Error("the error summary is not the first thing in main")
	}
	references(t, got)
}

func TestThemeTakesOnlyKnownValues(t *testing.T) {
	s := shellOf()
	s.Theme = `x" onload="alert(1)`
	lacks(t, html(t, Layout(s)), "data-theme", "onload")
}

func TestSupportLinkMustBeAWebAddress(t *testing.T) {
	s := shellOf()
	s.Operator.SupportURL = "javascript:alert(1)"
	lacks(t, html(t, Layout(s)), "javascript:alert")
}

func TestLayoutPlainHasNoNavigation(t *testing.T) {
	s := shellOf()
	s.User, s.Crumbs = nil, nil
	got := html(t, LayoutPlain(s))
	contains(t, got, "<main", `href="/sign-in"`, `href="/help"`, "Skip to main content")
	lacks(t, got, "switcher", "sign-out", "Breadcrumb")
	references(t, got)
}
