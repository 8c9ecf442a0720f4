package api

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// describe serves the description of the API, which is made once, of all that was registered.
func (a *API) describe() {
	doc := a.huma.OpenAPI()
	doc.AddOperation(&huma.Operation{OperationID: "openapi", Method: http.MethodGet, Path: Prefix + "/openapi.json", Summary: "This description", Tags: []string{descriptionNoun},
		Responses: map[string]*huma.Response{"200": {Description: "OpenAPI 3.1", Content: map[string]*huma.MediaType{echo.MIMEApplicationJSON: {Schema: &huma.Schema{Type: huma.TypeObject}}}}}})
	e := Endpoint{Method: http.MethodGet, Path: "/openapi.json", ID: "openapi", Noun: descriptionNoun, Scope: Public}
	a.add(e)
	content, err := json.Marshal(doc)
	if err != nil {
		panic("api: the description cannot be written: " + err.Error()) // it is made of our own types
	}
	a.echo.GET(e.Route(), func(c echo.Context) error { return c.JSONBlob(http.StatusOK, content) })
}

const descriptionNoun = "Description"
