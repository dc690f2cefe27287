package emulator

import "net/http"

func isPage(r *http.Request) bool                                      { return false }
func (s *Server) page(w http.ResponseWriter, r *http.Request)          {}
func (s *Server) pageClockDoor(w http.ResponseWriter, r *http.Request) {}
